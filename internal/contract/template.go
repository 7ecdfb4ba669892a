package contract

import (
	"cmp"
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// template is a path with parameters: /orders/{id}.
type template struct{ segments []segment }

// segment is one part of a path between slashes.
type segment struct {
	// literal is a part without a parameter; else form matches it, and names are the parameters in its order.
	literal string
	form    *regexp.Regexp
	names   []string
	// fixed is how much of a part with parameters is not one.
	fixed int
}

var (
	errNoSlash  = errors.New("it does not begin with a slash")
	errBraces   = errors.New("its braces do not match")
	errTooMany  = errors.New("it has more than 64 segments")
	errTooLong  = errors.New("it is longer than 2,000 bytes")
	placeholder = regexp.MustCompile(`\{[^{}/]+\}`)
)

func parseTemplate(text string) (template, error) {
	rest, rooted := strings.CutPrefix(text, "/")
	parts := strings.Split(rest, "/")
	switch {
	case !rooted:
		return template{}, errNoSlash
	case len(parts) > 64:
		return template{}, errTooMany
	case len(text) > 2000:
		return template{}, errTooLong
	}
	var t template
	for _, part := range parts {
		s, err := parseSegment(part)
		if err != nil {
			return template{}, err
		}
		t.segments = append(t.segments, s)
	}
	return t, nil
}

func parseSegment(part string) (segment, error) {
	found := placeholder.FindAllStringIndex(part, -1)
	if strings.ContainsAny(placeholder.ReplaceAllString(part, ""), "{}") {
		return segment{}, errBraces
	}
	if len(found) == 0 {
		return segment{literal: decoded(part)}, nil
	}
	var s segment
	form, last := "^", 0
	for _, at := range found {
		form += regexp.QuoteMeta(decoded(part[last:at[0]])) + "(.+?)"
		s.fixed += at[0] - last
		s.names = append(s.names, part[at[0]+1:at[1]-1])
		last = at[1]
	}
	s.fixed += len(part) - last
	var err error
	s.form, err = regexp.Compile("(?s)" + form + regexp.QuoteMeta(decoded(part[last:])) + "$")
	return s, err
}

// decoded takes escapes off; what has bad ones stays as it is.
func decoded(part string) string {
	if plain, err := url.PathUnescape(part); err == nil {
		return plain
	}
	return part
}

// match finds the parameters of an escaped path; false when it does not fit.
func (t template) match(path string) (map[string]string, bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) != len(t.segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, s := range t.segments {
		part := decoded(parts[i])
		if s.form == nil {
			if part != s.literal {
				return nil, false
			}
			continue
		}
		found := s.form.FindStringSubmatch(part)
		if found == nil {
			return nil, false
		}
		for n, name := range s.names {
			values[name] = found[n+1]
		}
	}
	return values, true
}

// compare puts the more exact one first: a literal before a part with a parameter (OpenAPI 3.1, Paths Object), of two of those the
// one with more letters of its own.
func (t template) compare(other template) int {
	for i := range min(len(t.segments), len(other.segments)) {
		if c := cmp.Compare(other.segments[i].weight(), t.segments[i].weight()); c != 0 {
			return c
		}
	}
	return 0
}

func (s segment) weight() int {
	if s.form == nil {
		return 1 << 20
	}
	return s.fixed
}

// same tells whether every path fits both or none.
func (t template) same(other template) bool {
	if len(t.segments) != len(other.segments) {
		return false
	}
	for i, s := range t.segments {
		o := other.segments[i]
		if s.literal != o.literal || (s.form == nil) != (o.form == nil) || s.form != nil && s.form.String() != o.form.String() {
			return false
		}
	}
	return true
}
