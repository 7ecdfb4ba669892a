package spec

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

var yamlLine = regexp.MustCompile(`line (\d+): `)

// maxSearched bounds the lines of a file in which the place of a syntax error is searched.
const maxSearched = 2000

// syntax says a parser's error at its line. The parser names the line at which the construct began, or the one before, so
// the line after the longest part of the file that parses is taken instead.
func syntax(f *file, err error) diag.Diagnostic {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = strings.Replace(message, m[0], "", 1)
	}
	if len(f.starts) <= maxSearched {
		line = firstBad(f)
	}
	line = min(max(line, 1), len(f.starts))
	if at, is := tab(f, line); is {
		return refuse(at, diag.NotYAML, "a tab indents the line").WithHint("indent with spaces: YAML has no tabs there")
	}
	shown := f.line(line)
	at := origin{file: f, line: line, column: 1 + len(shown) - len(strings.TrimLeft(shown, " \t"))}
	at.width = max(len(strings.TrimSpace(shown)), 1)
	return refuse(at, diag.NotYAML, "the line is not YAML: %s", message).WithHint("%s", syntaxHint(message, strings.TrimSpace(shown)))
}

func tab(f *file, line int) (origin, bool) {
	for _, number := range []int{line, line + 1} {
		shown := f.line(number)
		indent := shown[:len(shown)-len(strings.TrimLeft(shown, " \t"))]
		if at := strings.IndexByte(indent, '\t'); at >= 0 {
			return origin{file: f, line: number, column: at + 1, width: 1}, true
		}
	}
	return origin{}, false
}

func syntaxHint(message, line string) string {
	switch {
	case strings.Contains(message, "unknown anchor"):
		return "an alias *name needs an anchor &name before it"
	case strings.Contains(message, "mapping values are not allowed"):
		return `a value that holds ": " needs quotes`
	case strings.Count(line, `"`)%2 == 1 || strings.Contains(message, "quoted scalar"):
		return "a quote that opens must close"
	case strings.ContainsAny(line, "[{") || strings.Contains(message, "flow"):
		return "a bracket that opens must close, and commas stand between what is within"
	case strings.HasPrefix(line, "@") || strings.Contains(message, "cannot start any token"):
		return "a value that begins with a sign needs quotes"
	}
	return "check the indentation and the colon, against the lines above and below"
}

// firstBad is the line after the longest beginning of the file that parses.
func firstBad(f *file) int {
	good, bad := 0, len(f.starts)
	for good+1 < bad {
		if middle := (good + bad) / 2; parses(f, middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	// A part that ends within brackets or quotes fails although nothing is wrong yet: look whether a longer one parses.
	for longer := good + 1; longer <= min(len(f.starts), good+100); longer++ {
		if parses(f, longer) {
			good = longer
		}
	}
	return good + 1
}

func parses(f *file, lines int) bool {
	end := len(f.text)
	if lines < len(f.starts) {
		end = f.starts[lines]
	}
	var n yaml.Node
	return yaml.Unmarshal(f.text[:end], &n) == nil
}

// invalid is the offset of the first byte that is not UTF-8, -1 when all are.
func invalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
	return -1
}
