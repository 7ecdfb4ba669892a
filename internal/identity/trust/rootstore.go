package trust

import (
	"context"
	"fmt"
	"strings"
)

// rootStore is the user's own part of what Windows trusts. Windows asks the user itself.
type rootStore struct{ machine Machine }

// Name implements Store.
func (rootStore) Name() string { return "the user's root store of Windows (Edge, Chrome and others)" }

// serial is how certutil finds a certificate.
func (rootStore) serial(r Root) string { return r.Certificate.SerialNumber.Text(16) }

// Holds implements Store: what is in the store is trusted.
func (w rootStore) Holds(ctx context.Context, r Root) (Held, error) {
	all, err := w.machine.Run(ctx, "certutil", "-user", "-store", "Root")
	if err != nil {
		return Absent, fmt.Errorf("looking at the root store: %w", err)
	}
	if strings.Contains(strings.ToLower(string(all)), w.serial(r)) {
		return Trusted, nil
	}
	return Absent, nil
}

// Add implements Store.
func (rootStore) Add(r Root) []Command {
	return []Command{{[]string{"certutil", "-user", "-addstore", "Root", r.Path}, false}}
}

// Remove implements Store.
func (w rootStore) Remove(r Root) []Command {
	return []Command{{[]string{"certutil", "-user", "-delstore", "Root", w.serial(r)}, false}}
}
