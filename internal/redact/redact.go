package redact

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
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
	var longest []string
	for i, v := range values {
		if len(v) < shortest {
			return fmt.Errorf("secret %d of %d has %d bytes: at least %d are needed to mask it", i+1, len(values), len(v), shortest)
		}
		longest = append(longest, spellings(v)...)
	}
	// A secret that contains another must be masked whole, so the longer one comes first.
	slices.SortStableFunc(longest, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(longest))
	for _, v := range longest {
		pairs = append(pairs, v, Mask)
	}
	s.replacer.Store(strings.NewReplacer(pairs...))
	return nil
}

// spellings are the forms in which a secret gets into text: as it is, within a JSON string (Go's encoder escapes <, > and & too),
// escaped in a URL, and of one of several lines, as a key in PEM is, each line that is long enough to be no ordinary word.
func spellings(v string) []string {
	escaped, _ := json.Marshal(v) // a string has a form in JSON
	all := []string{v, string(escaped[1 : len(escaped)-1]), url.QueryEscape(v), url.PathEscape(v)}
	html := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
	all = append(all, html.Replace(all[1]))
	const longLine = 16
	if strings.Contains(strings.TrimSpace(v), "\n") {
		for line := range strings.Lines(v) {
			line = strings.TrimSpace(line)
			if len(line) >= longLine {
				all = append(all, line)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
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
