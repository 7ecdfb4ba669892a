package manual

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Stamp is what stands at the foot of each manual page. The date is that of the release, so that two builds give the same bytes.
type Stamp struct {
	Version string
	Date    time.Time
}

// Pages are the manual pages of section 1 by the names of their files: banyan.1, banyan-up.1 and so on (man(7), man-pages(7)).
func (m Manual) Pages(s Stamp) map[string][]byte {
	all := map[string][]byte{}
	m.page(all, m.Root, s)
	return all
}

func (m Manual) page(all map[string][]byte, cmd *cobra.Command, s Stamp) {
	w := &roff{}
	name := pageName(cmd)
	w.put(".TH %q 1 %q %q %q\n", strings.ToUpper(name), s.Date.UTC().Format(time.DateOnly), "Banyan "+s.Version, "Banyan")
	w.section("NAME")
	w.put("%s \\- %s\n", hyphens(name), text(lower(cmd.Short)))
	w.section("SYNOPSIS")
	w.put(".B %s\n", hyphens(text(cmd.UseLine())))
	w.description(description(cmd))
	w.commands(below(cmd))
	w.options(append(flags(cmd.NonInheritedFlags()), flags(cmd.InheritedFlags())...))
	w.examples(examples(cmd))
	w.exits(m.Exits)
	w.also(cmd)
	all[name+".1"] = []byte(w.String())
	for _, inner := range below(cmd) {
		m.page(all, inner, s)
	}
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

type roff struct{ strings.Builder }

func (w *roff) put(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *roff) section(name string) { w.put(".SH %s\n", name) }

func (w *roff) description(paragraphs []string) {
	w.section("DESCRIPTION")
	for i, paragraph := range paragraphs {
		if i > 0 {
			w.put(".PP\n")
		}
		w.put("%s\n", text(paragraph))
	}
}

func (w *roff) examples(lines []string) {
	if len(lines) == 0 {
		return
	}
	w.section("EXAMPLES")
	w.put(".nf\n")
	for _, line := range lines {
		w.put("%s\n", hyphens(text(line)))
	}
	w.put(".fi\n")
}

func (w *roff) exits(all []Exit) {
	w.section("EXIT STATUS")
	for _, e := range all {
		w.put(".TP\n.B %d\n%s\n", e.Code, text(e.About))
	}
}

func (w *roff) commands(all []*cobra.Command) {
	if len(all) == 0 {
		return
	}
	w.section("COMMANDS")
	for _, cmd := range all {
		w.put(".TP\n.BR %s (1)\n%s\n", hyphens(pageName(cmd)), text(cmd.Short))
	}
}

func (w *roff) options(all []flag) {
	w.section("OPTIONS")
	for _, f := range append(all, flag{names: "-h, --help", about: "explain the command"}) {
		about := f.about
		if f.standard != "" {
			about += " (default " + f.standard + ")"
		}
		w.put(".TP\n.B %s\n%s\n", hyphens(text(f.names)), text(about))
	}
}

func (w *roff) also(cmd *cobra.Command) {
	w.section("SEE ALSO")
	if cmd.HasParent() {
		w.put(".BR %s (1),\n", hyphens(pageName(cmd.Parent())))
	}
	w.put("the book:\n.B banyan docs\n")
}

// text lets nothing be a request or an escape: a backslash, and a point or an apostrophe at the beginning of a line (groff(7)).
func text(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

// hyphens makes dashes those that can be copied into a shell.
func hyphens(s string) string { return strings.ReplaceAll(s, "-", `\-`) }

// lower begins a text as the line of a name does.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
