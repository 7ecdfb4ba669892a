package redact

import (
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// Mask stands where a secret stood.
const Mask = "••••••"

// shortest is the length below which a value is refused: masking it would hit ordinary words.
const shortest = 6

// Set is the snapshot of secret values. The zero Set masks nothing.
type Set struct {
	replacer atomic.Pointer[strings.Replacer]
}

// Replace makes values the secrets from now on. A value under 6 bytes is refused and nothing changes.
func (s *Set) Replace(values []string) error {
	longest := slices.Clone(values)
	// A secret that contains another must be masked whole, so the longer one comes first.
	slices.SortFunc(longest, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(longest))
	for i, v := range longest {
		if len(v) < shortest {
			return fmt.Errorf("secret %d of %d has %d bytes: at least %d are needed to mask it", i+1, len(values), len(v), shortest)
		}
		pairs = append(pairs, v, Mask)
	}
	s.replacer.Store(strings.NewReplacer(pairs...))
	return nil
}

// Text returns text with each secret masked.
func (s *Set) Text(text string) string {
	if r := s.replacer.Load(); r != nil {
		return r.Replace(text)
	}
	return text
}

// Writer returns a writer that masks each write; a secret split over two writes is not seen, so sinks write whole lines.
func (s *Set) Writer(w io.Writer) io.Writer { return writer{s, w} }

type writer struct {
	set *Set
	to  io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.set.Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

var secretName = regexp.MustCompile(`(?i)(passw(or)?d|secret|token|api_?key|private_?key|credential|dsn$)`)

// Variable returns the value of an environment variable as a person may see it: masked when its name says that it is
// a secret, and with the password masked when it is a URL that carries one.
func Variable(name, value string) string {
	if value != "" && secretName.MatchString(name) {
		return Mask
	}
	if !strings.Contains(value, "://") || !strings.Contains(value, "@") {
		return value
	}
	u, err := url.Parse(value)
	if err != nil {
		return Mask
	}
	if password, set := u.User.Password(); set && password != "" {
		return strings.Replace(value, ":"+password+"@", ":"+Mask+"@", 1)
	}
	return value
}
