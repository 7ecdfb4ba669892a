package layer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/proxy"
)

// MaxCaptures is how many segments one pattern may capture: captures live in an array, so that matching allocates nothing.
const MaxCaptures = 8

// Kind is what a segment of a pattern matches. Kinds are ordered: the greater is the more specific.
type Kind uint8

// The kinds of segments. Rest is `**`, which matches what is left, nothing included.
const (
	Rest Kind = iota
	One
	Literal
)

// Segment is one part of a pattern; Text is a Literal's, in normal form.
type Segment struct {
	Kind Kind
	Text string
}

// Pattern matches paths: `/a` itself, `/a/*` any one segment that is not empty, `/a/{id}` the same and captures it, `/a/**` `/a` and
// all below it. It is immutable.
type Pattern struct {
	// Text is the pattern as declared.
	Text     string
	Segments []Segment
	// names are those of the captured segments, in order; at their places among the segments.
	names []string
	at    []int
}

// The refusals of a pattern.
var (
	errRelative = errors.New("a pattern begins with a slash")
	errLate     = errors.New("`**` matches all that is left, so it stands last")
	errPartial  = errors.New("`*` and `{name}` stand for a whole segment")
	errMany     = fmt.Errorf("more than %d captures", MaxCaptures)
)

// ParsePattern reads a pattern. Its errors are for people, without the pattern's text.
func ParsePattern(text string) (*Pattern, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, errRelative
	}
	p := &Pattern{Text: text}
	parts := strings.Split(text[1:], "/")
	for i, part := range parts {
		if part == "**" && i < len(parts)-1 {
			return nil, errLate
		}
		if err := p.add(part); err != nil {
			return nil, err
		}
	}
	if len(p.names) > MaxCaptures {
		return nil, errMany
	}
	return p, checkLiterals(p.Segments)
}

func (p *Pattern) add(part string) error {
	segment := Segment{Kind: One}
	name, captures := between(part)
	switch {
	case part == "**":
		segment.Kind = Rest
	case part == "*":
	case captures && !isName(name):
		return fmt.Errorf("%q is no name: letters, digits and underscores", name)
	case captures && slices.Contains(p.names, name):
		return fmt.Errorf("{%s} is there twice", name)
	case captures:
		p.names, p.at = append(p.names, name), append(p.at, len(p.Segments))
	case strings.ContainsAny(part, "*{}"):
		return errPartial
	default:
		segment = Segment{Literal, part}
	}
	p.Segments = append(p.Segments, segment)
	return nil
}

func between(part string) (name string, captures bool) {
	if len(part) < 2 || part[0] != '{' || part[len(part)-1] != '}' {
		return "", false
	}
	return part[1 : len(part)-1], true
}

func isName(name string) bool {
	for i := range len(name) {
		b := name[i]
		if b != '_' && (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'z') {
			return false
		}
	}
	return name != ""
}

// checkLiterals holds that literals are written as paths are matched: any other could never match.
func checkLiterals(segments []Segment) error {
	var path strings.Builder
	for _, s := range segments {
		path.WriteByte('/')
		if s.Kind == Literal {
			path.WriteString(s.Text)
			continue
		}
		path.WriteByte('x') // stands for what would be matched there
	}
	normal, err := proxy.NormalizePath(path.String())
	if err != nil {
		return err
	}
	if normal != path.String() {
		return fmt.Errorf("paths are matched in the form %s", normal)
	}
	return nil
}

// Captures are the segments that a pattern captured; they live as long as the path does. Tail is what `**` matched.
type Captures struct {
	values [MaxCaptures]string
	Tail   string
}

// Match tells whether path, in normal form, matches; c may be nil.
func (p *Pattern) Match(path string, c *Captures) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	next := 0
	for i, segment := range p.Segments {
		if segment.Kind == Rest {
			if c != nil {
				c.Tail = path
			}
			return true
		}
		if path == "" {
			return false
		}
		var part string
		if part, path = Cut(path); !segment.Matches(part) {
			return false
		}
		if next < len(p.at) && p.at[next] == i {
			if c != nil {
				c.values[next] = part
			}
			next++
		}
	}
	return path == ""
}

// Matches tells whether the segment, which is not Rest, matches part. An empty one is matched by its like alone.
func (s Segment) Matches(part string) bool {
	if s.Kind == Literal {
		return part == s.Text
	}
	return part != ""
}

// Cut takes the first segment off a path: `/a/b` is a and `/b`, `/a` is a and the empty path, which is its end; `/` is an empty
// segment and the end.
func Cut(path string) (segment, rest string) {
	if end := strings.IndexByte(path[1:], '/'); end >= 0 {
		return path[1 : 1+end], path[1+end:]
	}
	return path[1:], ""
}

// Prefix is the literal beginning of the pattern, without a final slash: `/a` of `/a/{id}/**`.
func (p *Pattern) Prefix() string {
	var prefix strings.Builder
	for _, s := range p.Segments {
		if s.Kind != Literal {
			break
		}
		prefix.WriteString("/" + s.Text)
	}
	return prefix.String()
}

// Shape is equal for patterns that match the same paths: the names of captures are left out.
func (p *Pattern) Shape() string {
	var shape strings.Builder
	for _, s := range p.Segments {
		shape.WriteByte('/')
		shape.WriteString([...]string{"**", "*", s.Text}[s.Kind])
	}
	return shape.String()
}

// Compare is above 0 when p is more specific than q, for paths that both match: segment by segment from the left a literal beats a
// wildcard, and that beats `**`. So an exact path beats every pattern, and of two prefixes the longer wins.
func (p *Pattern) Compare(q *Pattern) int {
	for i := range min(len(p.Segments), len(q.Segments)) {
		if d := int(p.Segments[i].Kind) - int(q.Segments[i].Kind); d != 0 {
			return d
		}
	}
	// The one that goes on has `**` next, for both match: it is the less specific.
	return len(q.Segments) - len(p.Segments)
}

// String is the pattern as declared.
func (p *Pattern) String() string { return p.Text }
