package trust

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
)

// keychain is the user's login keychain of macOS, which browsers and the system's libraries use. macOS asks the user itself.
type keychain struct{ machine Machine }

// Name implements Store.
func (keychain) Name() string { return "the login keychain (Safari, Chrome, Edge and others)" }

func (k keychain) file() string {
	return filepath.Join(k.machine.Home, "Library", "Keychains", "login.keychain-db")
}

// Holds implements Store: it may be there without being trusted.
func (k keychain) Holds(ctx context.Context, r Root) (Held, error) {
	all, err := k.machine.Run(ctx, "security", "find-certificate", "-a", "-p", k.file())
	if err != nil {
		return Absent, fmt.Errorf("looking at the keychain: %w", err)
	}
	if !contains(all, r) {
		return Absent, nil
	}
	if _, err := k.machine.Run(ctx, "security", "verify-cert", "-q", "-p", "ssl", "-c", r.Path); err != nil {
		return Partly, nil //nolint:nilerr // how verify-cert says that it is not trusted
	}
	return Trusted, nil
}

// Add implements Store.
func (k keychain) Add(r Root) []Command {
	return []Command{{[]string{"security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", k.file(), r.Path}, false}}
}

// Remove implements Store: the settings first, which are found by the certificate.
func (k keychain) Remove(r Root) []Command {
	return []Command{
		{[]string{"security", "remove-trusted-cert", r.Path}, false},
		{[]string{"security", "delete-certificate", "-Z", fmt.Sprintf("%X", sha256.Sum256(r.Certificate.Raw)), k.file()}, false},
	}
}
