package book

import (
	"strings"

	"github.com/banyan-run/banyan/internal/terminal"
)

// Hits are pages as a search finds them.
func Hits(pages []*Page) []Hit {
	hits := []Hit{}
	for _, p := range pages {
		hits = append(hits, Hit{Page: p.Name, Title: p.Title, Address: p.Address()})
	}
	return hits
}

// Listing is what a search found, for a terminal of some columns, with the command that prints each page.
func Listing(hits []Hit, screen terminal.Screen, columns int) string {
	var b strings.Builder
	for _, h := range hits {
		b.WriteString(h.listed(screen, columns))
	}
	return b.String()
}

func (h Hit) listed(screen terminal.Screen, columns int) string {
	lines := []string{screen.Paint(terminal.Bold, terminal.Join(" › ", h.Title, h.Heading))}
	if h.Excerpt != "" {
		lines = append(lines, terminal.Hang(h.Excerpt, 4, columns))
	}
	lines = append(lines, screen.Paint(terminal.Dim, "banyan docs "+h.Page))
	return strings.Join(lines, "\n    ") + "\n"
}
