package diag

import (
	"fmt"
	"io"
	"strings"
)

// Render writes the list as a person reads it: each place with its line, a caret and the hint, and a count at the end.
func (l List) Render(w io.Writer) error {
	var b strings.Builder
	files, errors, warnings := map[string]bool{}, 0, 0
	for _, d := range l {
		d.render(&b)
		files[d.At.File] = true
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	if errors+warnings > 0 {
		b.WriteString(count(errors, "error") + and(errors, warnings) + count(warnings, "warning"))
		fmt.Fprintf(&b, " in %s\n", count(len(files), "file"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Diagnostic) render(b *strings.Builder) {
	b.WriteString(d.Error() + "\n")
	if d.Text != "" && d.At.Column > 0 {
		number := fmt.Sprintf("%5d", d.At.Line)
		fmt.Fprintf(b, "%s | %s\n", number, d.Text)
		indent := strings.Map(keepTabs, d.Text[:min(d.At.Column-1, len(d.Text))])
		fmt.Fprintf(b, "%s | %s%s\n", strings.Repeat(" ", len(number)), indent, strings.Repeat("^", max(d.Width, 1)))
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "   %s\n", d.Hint)
	}
	b.WriteString("\n")
}

// keepTabs makes the caret stand below its column whatever the terminal's tab width.
func keepTabs(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}

func count(n int, noun string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func and(a, b int) string {
	if a > 0 && b > 0 {
		return " and "
	}
	return ""
}
