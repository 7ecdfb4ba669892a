package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// command is a command of the input: words, or a line.
type command struct {
	words []string
	line  string
	at    diag.Position
	// shell says that a shell reads the line.
	shell bool
}

// What only a shell understands: POSIX XCU 2.2 and 2.6.
var shellNeeded = regexp.MustCompile("[|&;<>()$`*?~\\\\]|^[A-Za-z_][A-Za-z0-9_]*=")

// split is the command as words, or as a line for a shell; both are empty when it says nothing.
func (c *command) split() (words []string, line string) {
	switch {
	case c == nil:
		return nil, ""
	case c.words != nil:
		words = c.words
	case c.shell && shellNeeded.MatchString(c.line):
		return nil, replacing(c.line)
	default:
		var ok bool
		if words, ok = splitWords(c.line); !ok {
			return nil, c.line
		}
	}
	words = bare(words)
	if len(words) == 3 && words[1] == "-c" && slices.Contains([]string{"sh", "bash", "ash"}, path.Base(words[0])) {
		return nil, words[2]
	}
	return words, ""
}

// replacing lets the shell of a line with one command become that command: signals reach it then.
func replacing(line string) string {
	if strings.ContainsAny(line, "|&;()\n") || shellSet.MatchString(line) || strings.HasPrefix(line, "exec ") {
		return line
	}
	return "exec " + line
}

var shellSet = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// bare drops what containers need as their first process: Banyan's keeper is one already.
func bare(words []string) []string {
	if len(words) > 1 && slices.Contains([]string{"tini", "dumb-init"}, path.Base(words[0])) {
		words = words[1:]
		if len(words) > 1 && words[0] == "--" {
			words = words[1:]
		}
	}
	return words
}

// splitWords splits at blanks, but not within quotes nor after a backslash (POSIX XCU 2.2).
func splitWords(line string) ([]string, bool) {
	var words []string
	var word strings.Builder
	open, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			open = true
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, open = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if open {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words, quote == 0
}

// plainWord needs no quotes, neither for Banyan's own splitting nor for a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellWord is a text as a word of a shell, in which runes are variables. Its env references are put into the service's env, since a
// command may not name banyan's environment.
func (d *draft) shellWord(s *service, text string) string {
	var b strings.Builder
	quoted := !plainWord.MatchString(strings.Map(func(r rune) rune {
		if isRef(r) {
			return 'x'
		}
		return r
	}, text))
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case isRef(r):
			name := d.refs.named(r)
			d.provide(s, r)
			if i+1 < len(runes) && leadingName("_"+string(runes[i+1])) != "_" {
				name = "{" + name + "}"
			}
			b.WriteString("$" + name)
		case strings.ContainsRune("\"\\$`", r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	if quoted {
		return `"` + b.String() + `"`
	}
	return b.String()
}

// shellLine is a line for a shell with its runes as variables.
func (d *draft) shellLine(s *service, line string) string {
	var b strings.Builder
	for _, r := range line {
		if isRef(r) {
			d.provide(s, r)
			b.WriteString("${" + d.refs.named(r) + "}")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// provide sets a variable of banyan's environment for a service that did not have it.
func (d *draft) provide(s *service, r rune) {
	name := d.refs.named(r)
	if isCallRef(r) || s.given(name) || slices.ContainsFunc(s.env, func(v *setting) bool { return v.name == name }) {
		return
	}
	s.env = append(s.env, &setting{name: name, value: text{string(r), s.at}})
}
