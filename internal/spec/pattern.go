package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// everything is the last segment of a pattern that takes all below, and the path above itself.
const everything = "**"

var pathPattern = shape{says: "a path", forms: []form{text}, parse: parsePattern, kind: "string", pattern: "^/"}

var (
	captureFits = regexp.MustCompile(`^\{[A-Za-z_][A-Za-z0-9_]*\}$`)
	// segmentFits is pchar of RFC 3986 §3.3 without what patterns mean: * and braces; an escape is in upper case.
	segmentFits = regexp.MustCompile(`^([A-Za-z0-9._~!$&'()+,;=:@-]|%[0-9A-F]{2})+$`)
	escapes     = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved  = regexp.MustCompile(`^[A-Za-z0-9._~-]$`)
)

// parsePattern reads a path pattern: literal segments, * for one, {name} for one that is captured, ** for the rest.
func parsePattern(text string) (any, error) {
	segments, err := splitPath(text)
	if err != nil {
		return nil, err
	}
	captured := []string{}
	const most = 8 // the request path keeps captures in an array
	for i, segment := range segments {
		last := i == len(segments)-1
		switch {
		case segment == "" && last, segment == "*", segment == everything && last:
		case segment == everything:
			return nil, wrongly("** stands before the end", "** takes the rest of the path: put it at the end, or use * for one segment")
		case captureFits.MatchString(segment):
			if slices.Contains(captured, segment) {
				return nil, wrongly(fmt.Sprintf("%s is captured twice", segment), "give each capture a name of its own")
			}
			if captured = append(captured, segment); len(captured) > most {
				return nil, wrongly(fmt.Sprintf("it captures more than %d segments", most), "write * for those that rewrite does not use")
			}
		case strings.ContainsAny(segment, "*{}"):
			return nil, wrongly(fmt.Sprintf("%q is part of a pattern and part of a text", segment), "*, ** and {name} each take a whole segment")
		default:
			if err := literalSegment(segment); err != nil {
				return nil, err
			}
		}
	}
	return text, nil
}

// parsePlainPath reads a path without patterns.
func parsePlainPath(text string) (any, error) {
	segments, err := splitPath(text)
	if err != nil {
		return nil, err
	}
	for i, segment := range segments {
		if segment == "" && i == len(segments)-1 {
			continue
		}
		if err := literalSegment(segment); err != nil {
			return nil, err
		}
	}
	return text, nil
}

func splitPath(text string) ([]string, error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return nil, wrongly(fmt.Sprintf("%q does not begin with a slash", text), fmt.Sprintf("write %q", "/"+strings.TrimLeft(text, "/")))
	case strings.ContainsAny(text, "?#"):
		return nil, wrongly("a path has no query and no fragment", "remove what follows "+text[:strings.IndexAny(text, "?#")])
	}
	return strings.Split(text[1:], "/"), nil
}

func literalSegment(segment string) error {
	plain, escape := unescaped(segment)
	name, _, parameters := strings.Cut(plain, ";")
	switch {
	case segment == "":
		return wrongly("it has an empty segment", "write one slash between segments")
	case escape != "":
		return wrongly(fmt.Sprintf("%s, a slash, a backslash or a zero that is escaped, is refused in every request", escape), "remove it; for a slash between segments write /")
	case dots(name) && parameters:
		return wrongly(fmt.Sprintf("%q, a dot segment with parameters, is refused in every request", segment), "remove it")
	case dots(plain):
		return wrongly("it has a dot segment", "write the path that is meant: dot segments are resolved before routes are looked for")
	case segmentFits.MatchString(plain) && plain != segment:
		return wrongly(fmt.Sprintf("%q is not in the form in which paths are matched", segment), fmt.Sprintf("write %s", plain))
	case !segmentFits.MatchString(segment):
		return wrongly(fmt.Sprintf("%q has a character that a path cannot have", segment), "escape it in upper case, as %20 for a blank")
	}
	return nil
}

func dots(segment string) bool { return segment == "." || segment == ".." }

// unescaped is a segment in the form in which every path is matched: unreserved escapes decoded, the others in upper case (RFC 3986
// §6.2.2). refused is the first escape that no path may have: of a slash, of a backslash or of nothing.
func unescaped(segment string) (plain, refused string) {
	plain = escapes.ReplaceAllStringFunc(segment, func(escape string) string {
		value, _ := strconv.ParseUint(escape[1:], 16, 8) // two hexadecimal digits always are one byte
		switch c := byte(value); {
		case c == '/' || c == '\\' || c == 0:
			if refused == "" {
				refused = escape
			}
		case unreserved.Match([]byte{c}):
			return string(rune(c))
		}
		return strings.ToUpper(escape)
	})
	return plain, refused
}

// beginsWith tells whether the literal prefix is made of the first segments of a pattern.
func beginsWith(pattern, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	rest, is := strings.CutPrefix(pattern, prefix)
	return is && (rest == "" || rest[0] == '/')
}

var rewriting = shape{says: "a path", forms: []form{text}, parse: parseRewriting, kind: "string", pattern: "^/"}

// captures finds what a rewriting takes from the path, also within a segment.
var captures = regexp.MustCompile(`\{[^{}/]*\}`)

// parseRewriting reads a path that may use what a pattern captured, and ** at the end.
func parseRewriting(text string) (any, error) {
	plain := strings.TrimSuffix(captures.ReplaceAllString(text, "x"), "/"+everything)
	if strings.ContainsAny(plain, "*{}") {
		return nil, wrongly("it has a * or a brace that stands for nothing", "write {id} for what path captures as {id}, and /** at the end for what its ** matches")
	}
	if plain == "" {
		return text, nil
	}
	if _, err := parsePlainPath(plain); err != nil {
		return nil, err
	}
	return text, nil
}

// uncaptured is the first part of a rewriting that its pattern does not give, "" when there is none.
func uncaptured(rewrite, pattern string) string {
	if strings.HasSuffix(rewrite, "/"+everything) && !strings.HasSuffix(pattern, "/"+everything) {
		return everything
	}
	given := strings.Split(pattern, "/")
	for _, capture := range captures.FindAllString(rewrite, -1) {
		if !slices.Contains(given, capture) {
			return capture
		}
	}
	return ""
}

// anonymous is a pattern without the names of its captures: what it matches.
func anonymous(pattern string) string {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		if captureFits.MatchString(segment) {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}
