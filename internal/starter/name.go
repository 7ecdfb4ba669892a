package starter

import (
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// The rule of names is the design's (§3); validating says it too, but only once everything is written.
var nameFits = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Fits tells whether a service or an application may be called so.
func Fits(name string) bool {
	return nameFits.MatchString(name) && !slices.Contains([]string{graph.Gateway, graph.Banyan, graph.Platform, graph.Operator}, name)
}

// Nearest makes a name of any text, such as a folder's; "" when nothing is left of it.
func Nearest(text string) string {
	near := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '_' || r == ' ' || r == '.':
			return '-'
		}
		return -1
	}, text)
	near = strings.TrimLeft(near, "-0123456789")
	near = strings.TrimRight(near[:min(len(near), 40)], "-")
	if !Fits(near) {
		return ""
	}
	return near
}

// Refuse says why a text cannot be the name of a service or of an application; false when it can.
func Refuse(name string) (diag.Diagnostic, bool) {
	if Fits(name) {
		return diag.Diagnostic{}, false
	}
	d := diag.At(diag.Position{}, diag.BadName, "%q cannot be a name", name)
	if near := Nearest(name); near != "" && near != name {
		return d.WithHint("did you mean %q?", near), true
	}
	return d.WithHint("a name is lower-case letters, digits and dashes, begins with a letter, and has at most 40 of them; " +
		"gateway, banyan, platform and operator are taken"), true
}
