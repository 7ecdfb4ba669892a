package importer

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// variable is one line of an .env. used says that its value went somewhere.
type variable struct {
	name, value string
	at          diag.Position
	used        bool
}

// dotenv reads the variables that the Compose file is made of, and that a Procfile's processes are started with.
func (d *draft) dotenv(f *file) {
	d.variablesOf(f, func(v *variable) { d.variables[v.name] = v })
}

var variableFits = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// variablesOf reads the lines NAME=value: quotes, a leading export, comments after a blank, and values in double or single quotes
// over several lines, as Compose's own reader takes them. The last of two with one name wins. What is not in single quotes may name
// variables of the lines above.
func (d *draft) variablesOf(f *file, each func(*variable)) {
	for i := 0; i < len(f.lines); i++ {
		line := strings.TrimSpace(f.lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := f.at(i+1, 1+strings.Index(f.lines[i], line))
		if rest, is := strings.CutPrefix(line, "export "); is {
			line = strings.TrimSpace(rest)
		}
		name, value, is := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !variableFits.MatchString(name) {
			d.refuse(at, diag.BadName, "write NAME=value", "the line is no variable")
			continue
		}
		if !is {
			d.note(at, Skipped, name, "it has no value, so it sets nothing")
			continue
		}
		rest := f.text[f.starts[i]+strings.IndexByte(f.lines[i], '=')+1:]
		verbatim := strings.HasPrefix(strings.TrimSpace(value), "'")
		value, lines, ok := unquoted(rest)
		if !ok {
			d.refuse(at, diag.BadValue, "close it", "a quote is not closed")
			continue
		}
		i += lines
		v := &variable{name: name, at: at}
		v.value = d.expanded(v, value, verbatim)
		each(v)
	}
}

// expanded puts the variables into a value of .env. A dollar that begins none is a dollar there, and a secret is not looked into.
func (d *draft) expanded(v *variable, value string, verbatim bool) string {
	if verbatim || !strings.Contains(value, "$") || secret(v.name, value) {
		return value
	}
	if out, ok := d.substituted(value, v.at, 0); ok {
		return out
	}
	return value
}

// unquoted is the value that rest, the end of a file, begins with, and how many further lines belong to it.
func unquoted(rest string) (value string, lines int, ok bool) {
	rest = strings.TrimLeft(rest, " \t")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		line, _, _ := strings.Cut(rest, "\n")
		if at := strings.Index(" "+line, " #"); at >= 0 {
			line = line[:max(at-1, 0)]
		}
		return strings.TrimSpace(line), 0, true
	}
	end := endOf(rest[1:], rest[0])
	if end < 0 {
		return "", 0, false
	}
	text := rest[1 : 1+end]
	return unescaped(strings.ReplaceAll(text, "\r\n", "\n"), rest[0]), strings.Count(text, "\n"), true
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

func unescaped(text string, quote byte) string {
	if quote == '\'' {
		return text
	}
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\$`, "$").Replace(text)
}

// unusedVariables notes what stands in .env and went nowhere.
func (d *draft) unusedVariables() {
	for _, name := range slices.Sorted(maps.Keys(d.variables)) {
		if v := d.variables[name]; !v.used {
			d.note(v.at, Skipped, name, "nothing that was imported uses it")
		}
	}
}
