package contract

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// formats are texts of the formats that JSON Schema and OpenAPI name. Names and addresses are those that are kept for examples
// (RFC 2606, RFC 5737, RFC 3849).
var formats = map[string]string{
	"date-time": "2024-01-01T12:00:00Z", "date": "2024-01-01", "time": "12:00:00Z", "duration": "PT1S",
	"email": "user@example.com", "idn-email": "user@example.com", "hostname": "example.com", "idn-hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/", "iri": "https://example.com/",
	"uri-reference": "/", "iri-reference": "/", "uuid": "00000000-0000-4000-8000-000000000001",
	"byte": "c3RyaW5n", "binary": "", "password": "password", "json-pointer": "", "regex": ".*",
}

// mostText bounds a text that is made, in characters.
const mostText = 4096

// text is one of the schema's format, pattern and length.
func (v view) text() string {
	if made, known := formats[v.get("format").text()]; known {
		return made
	}
	if pattern := v.get("pattern").text(); pattern != "" {
		if made, fits := ofPattern(pattern, v.get("minLength").count(0)); fits {
			return made
		}
	}
	made := "string"
	if least := min(v.get("minLength").count(0), mostText); utf8.RuneCountInString(made) < least {
		made = strings.Repeat(made, least/len(made)+1)[:least]
	}
	if most := v.get("maxLength"); most.there() {
		made = made[:min(len(made), most.count(len(made)))]
	}
	return made
}

// ofPattern makes the shortest text that a pattern needs; false when the pattern is not one of Go's, or asks for what a mock does
// not find.
func ofPattern(pattern string, least int) (string, bool) {
	const longest = 1000
	if len(pattern) > longest {
		return "", false
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	form, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	// One more of what may be repeated, until it is long enough.
	simple := tree.Simplify()
	for more := range 64 {
		var w speller
		w.spell(simple, more)
		if made := w.String(); utf8.RuneCountInString(made) >= least || w.steps > mostSteps || more == 63 {
			return made, form.MatchString(made) && utf8.ValidString(made)
		}
	}
	return "", false
}

// speller writes what an expression matches.
type speller struct {
	strings.Builder
	steps int
}

// mostSteps bounds the parts of an expression that one text is made of: repeated parts within repeated parts multiply, and some, such as
// the border of a word, write nothing.
const mostSteps = 16 * mostText

// spell repeats what may be repeated more times than it must.
func (w *speller) spell(e *syntax.Regexp, more int) {
	if w.steps++; w.Len() > mostText || w.steps > mostSteps {
		return
	}
	switch e.Op {
	case syntax.OpLiteral:
		for _, r := range e.Rune {
			w.WriteRune(r)
		}
	case syntax.OpCharClass:
		w.WriteRune(letter(e.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.WriteByte('a')
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest:
		w.repeat(e, more)
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			w.spell(sub, more)
		}
	case syntax.OpAlternate:
		w.spell(e.Sub[0], more)
	}
}

func (w *speller) repeat(e *syntax.Regexp, more int) {
	times := more
	if e.Op == syntax.OpCapture || e.Op == syntax.OpPlus {
		times++
	}
	if e.Op == syntax.OpCapture || e.Op == syntax.OpQuest {
		times = min(times, 1)
	}
	for i := 0; i < times && w.steps <= mostSteps; i++ {
		w.spell(e.Sub[0], more)
	}
}

// letter is a character of a class that people read: a small letter, a digit or a capital where the class has one.
func letter(class []rune) rune {
	for _, wanted := range [][2]rune{{'a', 'z'}, {'1', '9'}, {'A', 'Z'}, {'0', '0'}, {'!', '~'}} {
		for i := 0; i+1 < len(class); i += 2 {
			if low := max(class[i], wanted[0]); low <= min(class[i+1], wanted[1]) {
				return low
			}
		}
	}
	if len(class) == 0 {
		return 'a'
	}
	return class[0]
}
