package dotenv

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/diag"
)

// Line is one variable.
type Line struct {
	Name, Value string
	At          diag.Position
	// Verbatim says that the value stood in single quotes: a dollar in it is one.
	Verbatim bool
	// Unset says that there was no equals sign: the line sets nothing.
	Unset bool
	// marked is the value with escaped for each dollar that a backslash protects; empty where none is.
	marked string
}

// escaped stands for a protected dollar: no value has a NUL.
const escaped = "\x00"

var nameFits = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// Parse reads the lines NAME=value: quotes, a leading export, comments after a blank, and values in double or single quotes over several
// lines. Two lines may have one name; the last is meant to win. A line that is wrong is reported and left out.
func Parse(file, text string) ([]Line, diag.List) {
	text = strings.TrimPrefix(text, "\ufeff") // a byte order mark is no part of the first line
	var all []Line
	var found diag.List
	for number := 1; text != ""; {
		line, _, _ := strings.Cut(text, "\n")
		more := 0
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			at := diag.Position{File: file, Line: number, Column: 1 + strings.Index(line, word)}
			one, further, wrong := read(word, text, at)
			if more = further; wrong != nil {
				found.Add(*wrong)
			} else {
				all = append(all, one)
			}
		}
		for range more + 1 {
			_, text, _ = strings.Cut(text, "\n")
			number++
		}
	}
	return all, found
}

// read reads the variable that word, the first line of text, begins, and tells how many further lines belong to it.
func read(word, text string, at diag.Position) (Line, int, *diag.Diagnostic) {
	if rest, is := strings.CutPrefix(word, "export "); is {
		word = strings.TrimSpace(rest)
	}
	name, value, is := strings.Cut(word, "=")
	one := Line{Name: strings.TrimSpace(name), At: at, Unset: !is, Verbatim: strings.HasPrefix(strings.TrimSpace(value), "'")}
	if !nameFits.MatchString(one.Name) {
		return one, 0, refuse(at, diag.BadName, "the line is no variable", "write NAME=value")
	}
	if one.Unset {
		return one, 0, nil
	}
	value, quote, more, wrong := unquoted(text[strings.IndexByte(text, '=')+1:])
	switch {
	case wrong == stillOpen:
		return one, more, refuse(at, diag.BadValue, wrong, "close it")
	case wrong != "":
		return one, more, refuse(at, diag.BadValue, wrong, "put the whole value between two quotes")
	case strings.Contains(value, escaped) || !utf8.ValidString(value):
		return one, more, refuse(at, diag.BadValue, "the value of "+one.Name+" is no text", "save the file as UTF-8 text")
	}
	if one.Value = value; quote == '"' {
		one.Value, one.marked = unescaped(value)
	}
	return one, more, nil
}

func refuse(at diag.Position, code diag.Code, says, hint string) *diag.Diagnostic {
	d := diag.At(at, code, "%s", says).WithHint("%s", hint)
	return &d
}

const stillOpen = "a quote is not closed"

// unquoted is the value that rest, the end of a file, begins with, its quote, 0 for none, how many further lines belong to it,
// and what is wrong with it.
func unquoted(rest string) (value string, quote byte, lines int, wrong string) {
	rest = strings.TrimLeft(rest, " \t")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		line, _, _ := strings.Cut(rest, "\n")
		if at := strings.Index(" "+line, " #"); at >= 0 {
			line = line[:max(at-1, 0)]
		}
		return strings.TrimSpace(line), 0, 0, ""
	}
	end := endOf(rest[1:], rest[0])
	if end < 0 {
		return "", rest[0], 0, stillOpen
	}
	text := rest[1 : 1+end]
	after, _, _ := strings.Cut(rest[1+end+1:], "\n")
	if after = strings.TrimSpace(after); after != "" && after[0] != '#' {
		wrong = "something follows the closing quote"
	}
	return strings.ReplaceAll(text, "\r\n", "\n"), rest[0], strings.Count(text, "\n"), wrong
}

// endOf is where a quoted text ends; within double quotes a backslash protects.
func endOf(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote:
			return i
		}
	}
	return -1
}

// unescaped is a text between double quotes, and the same with its protected dollars marked; that is empty when it has none.
func unescaped(text string) (plain, marked string) {
	marked = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\$`, escaped).Replace(text)
	if !strings.Contains(marked, escaped) {
		return marked, ""
	}
	return strings.ReplaceAll(marked, escaped, "$"), marked
}

var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_.-]*)(:-([^}]*))?\}`)

// Expanded is the value with what ${NAME} and ${NAME:-default} stand for, and the first name that find does not know, empty when it knows
// all. Everything else is as it stands, a dollar that begins no such reference or follows a backslash in double quotes too, and all of a
// value in single quotes.
func (l Line) Expanded(find func(name string) (string, bool)) (value, unknown string) {
	if l.Verbatim {
		return l.Value, ""
	}
	text := l.Value
	if l.marked != "" {
		text = l.marked
	}
	value = reference.ReplaceAllStringFunc(text, func(whole string) string {
		part := reference.FindStringSubmatch(whole)
		switch is, known := find(part[1]); {
		case part[2] != "" && is == "":
			return part[3]
		case known:
			return is
		}
		if unknown == "" {
			unknown = part[1]
		}
		return whole
	})
	return strings.ReplaceAll(value, escaped, "$"), unknown
}
