package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// naming is the rule that the names of a map follow.
type naming struct {
	pattern  string
	fits     *regexp.Regexp
	reserved []string
	hint     string
	// of is what an error calls a value under one of the names: "the weight of ".
	of string
	// mended makes a near name that fits; it may be nil.
	mended func(string) string
}

// maxName bounds a name, in characters.
const maxName = 40

const namePattern = `^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`

var (
	nameFits     = regexp.MustCompile(namePattern)
	variableFits = regexp.MustCompile(variablePattern)
)

const variablePattern = `^[A-Za-z_][A-Za-z0-9_.-]*$`

const nameHint = "a name is lower-case letters, digits and dashes, begins with a letter, and has at most 40 of them"

var (
	callable = naming{
		pattern: namePattern, fits: nameFits, hint: nameHint, mended: mendName,
		reserved: []string{graph.Gateway, graph.Banyan, graph.Platform, graph.Operator},
	}
	plainName    = naming{pattern: namePattern, fits: nameFits, hint: nameHint, mended: mendName}
	variableName = naming{
		pattern: variablePattern, fits: variableFits,
		hint: "a variable's name is letters, digits and underscores, and begins with no digit",
	}
	// calleeName is checked against what there is: its form says nothing more.
	calleeName = naming{pattern: namePattern}
	weighted   = naming{pattern: namePattern, of: "the weight of "}
)

// label is an entry as errors name it.
func (n *naming) label(e entry) entry {
	e.key = n.of + e.key
	return e
}

// refuse says why a name is none; false when it is one. beside is the map that it stands in, which may be nil: a name that is taken there
// is not proposed.
func (n *naming) refuse(name string, at origin, beside *node) (diag.Diagnostic, bool) {
	switch {
	case n.fits != nil && !n.fits.MatchString(name):
		d := refuse(at, diag.BadName, "%q is not a name", name).WithHint("%s", n.hint)
		if n.mended == nil {
			return d, true
		}
		near := n.mended(name)
		if _, taken := beside.find(near); near != "" && !taken && !slices.Contains(n.reserved, near) {
			d.Hint += fmt.Sprintf(": did you mean %q?", near)
		}
		return d, true
	case slices.Contains(n.reserved, name):
		return refuse(at, diag.BadName, "the name %q is reserved", name).
			WithHint("choose another: %s name callers and parts of the platform", strings.Join(n.reserved, ", ")), true
	}
	return diag.Diagnostic{}, false
}

// mendName makes the name that was most likely meant, "" when there is none: a letter that has no plain form is not left out, for what
// is left would be another word.
func mendName(name string) string {
	var near strings.Builder
	for _, r := range strings.ToLower(name) {
		plain, accented := plainLetters[r]
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			near.WriteRune(r)
		case r == '_' || r == ' ' || r == '.' || r == '/':
			near.WriteByte('-')
		case accented:
			near.WriteString(plain)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			return ""
		}
	}
	made := strings.Trim(near.String(), "-")
	if !nameFits.MatchString(made) {
		return ""
	}
	return made
}

// parseName reads a name where a value is one.
func parseName(text string) (any, error) {
	if d, bad := plainName.refuse(text, origin{}, nil); bad {
		return nil, wrong{says: d.Message, hint: d.Hint, code: d.Code}
	}
	return text, nil
}

var nameWord = shape{says: "a name", forms: []form{text}, parse: parseName, literal: true, kind: "string", pattern: namePattern}

// nearest is diag.Nearest for what may be as long as a file.
func nearest(name string, candidates []string) string {
	if len(name) > 2*maxName {
		return ""
	}
	return diag.Nearest(name, candidates)
}
