package layer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Template makes a path of what a pattern captured: `/v2/{id}`, or `/v2/**` with what `**` matched. It is immutable.
type Template struct {
	Text  string
	parts []templatePart
}

// templatePart is literal text, or the capture of this index when that is not negative; tail is what `**` matched.
type templatePart struct {
	text    string
	capture int
}

const (
	literal = -1
	tail    = -2
)

var (
	errRelativePath = errors.New("a path begins with a slash")
	errUnnamed      = errors.New("`*` and `}` cannot stand here; name the segment in the path, as `{id}`, and use the name")
)

// ParseTemplate reads a template for paths that p matches. Its errors are for people.
func ParseTemplate(text string, p *Pattern) (*Template, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, errRelativePath
	}
	t := &Template{Text: text}
	rest, continues := strings.CutSuffix(text, "/**")
	if continues && (len(p.Segments) == 0 || p.Segments[len(p.Segments)-1].Kind != Rest) {
		return nil, fmt.Errorf("`**` stands for what the path's own `**` matched, and %s has none", p.Text)
	}
	for rest != "" {
		before, after, found := strings.Cut(rest, "{")
		if strings.ContainsAny(before, "*}") {
			return nil, errUnnamed
		}
		t.parts = append(t.parts, templatePart{before, literal})
		if rest = ""; found {
			name, following, closed := strings.Cut(after, "}")
			at := slices.Index(p.names, name)
			if !closed || at < 0 {
				return nil, fmt.Errorf("{%s} is not captured by %s", name, p.Text)
			}
			t.parts = append(t.parts, templatePart{"", at})
			rest = following
		}
	}
	if continues {
		t.parts = append(t.parts, templatePart{"", tail})
	}
	return t, nil
}

// Expand makes the path. It is not in normal form yet where captures stand beside other text.
func (t *Template) Expand(c *Captures) string {
	var path strings.Builder
	for _, part := range t.parts {
		switch part.capture {
		case literal:
			path.WriteString(part.text)
		case tail:
			path.WriteString(c.Tail)
		default:
			path.WriteString(c.values[part.capture])
		}
	}
	if path.Len() == 0 {
		return "/"
	}
	return path.String()
}
