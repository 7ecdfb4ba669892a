package expr

import (
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"

	"github.com/banyan-run/banyan/internal/diag"
)

func refusal(place Place, offset, width int, format string, args ...any) diag.Diagnostic {
	d := diag.At(place(offset), diag.BadExpression, format, args...)
	d.Width = max(width, 1)
	return d
}

// explain says CEL's complaints in the words of the file, each at its own word.
func (e *Environment) explain(text string, place Place, issues *cel.Issues) diag.List {
	var found diag.List
	for _, issue := range issues.Errors() {
		offset := min(offsetOf(text, issue.Location.Line(), issue.Location.Column()), len(text))
		if name, is := undeclared(issue.Message); is {
			found.Add(e.unknown(place, max(offset, 0), name))
			continue
		}
		message := plain(issue.Message)
		if offset < 0 { // CEL gives no place for what concerns the whole
			found.Add(refusal(place, 0, len(text), "%s", message).WithHint("%s", e.hint()))
			continue
		}
		found.Add(refusal(place, offset, wordWidth(text[offset:]), "%s", message).WithHint("%s", e.hint()))
		if strings.HasPrefix(issue.Message, "Syntax error") {
			break // what follows a syntax error is its echo
		}
	}
	return found
}

func (e *Environment) unknown(place Place, offset int, name string) diag.Diagnostic {
	if v, known := e.variable(name); known && v.Elsewhere != "" {
		return refusal(place, offset, len(name), "%s cannot be used here", name).WithHint("%s", v.Elsewhere)
	}
	d := refusal(place, offset, len(name), "%q does not exist here", name)
	if near := diag.Nearest(name, e.Names()); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	return d.WithHint("%s", e.hint())
}

func (e *Environment) hint() string {
	names := e.Names()
	if len(names) == 0 {
		return "an expression here has no variables; a literal ${ is written $${"
	}
	return "an expression here may use " + strings.Join(names, ", ") + "; a literal ${ is written $${"
}

// failed explains an error of evaluation; CEL gives no place for those.
func (p *Program) failed(err error) diag.Diagnostic {
	message := firstLine(err.Error())
	if key, is := strings.CutPrefix(message, "no such key: "); is {
		for _, v := range p.environment.variables {
			if at := strings.Index(p.text, v.Name+"."+key); v.Absent != "" && at >= 0 {
				return refusal(p.place, at, len(v.Name)+1+len(key), "%s", strings.ReplaceAll(v.Absent, "%s", key)).
					WithHint("%s", p.fallback(v.Name+"."+key))
			}
		}
	}
	if strings.Contains(message, "limit exceeded") || strings.Contains(message, "cost") {
		return refusal(p.place, 0, len(p.text), "the expression does too much: %s", message).WithHint("make it simpler")
	}
	return refusal(p.place, 0, len(p.text), "the expression fails: %s", message)
}

// fallback proposes an expression that stands in the file as it is written: a text within it takes the quote that the value does not
// have, and in a value without quotes no blank follows the colon (YAML 1.2.2 §7.3.3).
func (p *Program) fallback(name string) string {
	colon, quote := ": ", "'"
	switch p.quote {
	case '\'':
		quote = `"`
	case 0:
		colon = ":"
	}
	choice := "has(" + name + ") ? " + name + " " + colon + quote + "…" + quote
	if strings.TrimSpace(p.text) == name {
		return "set it, or give a default: ${" + choice + "}"
	}
	return "set it, or write in its place, with a default: (" + choice + ")"
}

// undeclared recognises CEL's words for a name that it does not know.
func undeclared(message string) (string, bool) {
	rest, is := strings.CutPrefix(message, "undeclared reference to '")
	if !is {
		return "", false
	}
	name, _, _ := strings.Cut(rest, "'")
	return name, true
}

// plain shortens CEL's list of all tokens that would have been possible.
func plain(message string) string {
	message = firstLine(message)
	if before, _, found := strings.Cut(message, " expecting {"); found {
		message = before
	}
	return strings.NewReplacer("Syntax error: ", "the expression does not parse: ", "'<EOF>'", "its end", "<EOF>", "its end").Replace(message)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// offsetOf turns CEL's line (from 1) and column (from 0, in characters) into bytes; -1 when there is no line.
func offsetOf(text string, line, column int) int {
	if line < 1 {
		return -1
	}
	offset := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(text[offset:], '\n')
		if next < 0 {
			break
		}
		offset += next + 1
	}
	for ; column > 0 && offset < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}

// wordWidth is the length of the name or sign at the start of text.
func wordWidth(text string) int {
	for i, r := range text {
		if r > 0x7f || !isLetter(byte(r)) {
			return max(i, 1)
		}
	}
	return max(len(text), 1)
}
