package spec

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/expr"
	"github.com/banyan-run/banyan/internal/graph"
)

var commandLine = shape{
	says: "a text", forms: []form{text}, parse: parseCommand, kind: "string",
	or: &shape{says: "a list of words", item: &anyWord},
}

// parseCommand checks a command that holds no expression.
func parseCommand(text string) (any, error) {
	if strings.ContainsRune(text, 0) {
		return nil, wrongly("a zero byte stands in the text", "remove it: no argument can hold one")
	}
	_, err := splitWords([]expr.Part{{Text: text}})
	return text, err
}

// command is a program and its arguments.
func (s scope) command(name string) graph.Command {
	e, given := s.n.find(name)
	if !given {
		return graph.Command{}
	}
	if whole, ok := s.commandList(e); ok {
		e = whole
	}
	argv := []string{}
	switch e.value.form {
	case text:
		argv = s.commandText(e)
	case list:
		for _, word := range s.items(e, commandLine.or) {
			argv = append(argv, word.text)
		}
	default:
		return graph.Command{}
	}
	command := graph.Command{Argv: argv, At: e.mark().position()}
	switch {
	case argv == nil: // reported
		return graph.Command{}
	case len(argv) == 0 || argv[0] == "":
		s.add(refuse(e.mark(), diag.BadValue, "%s cannot be used: it names no program", name).WithHint("begin it with the program"))
		return command
	}
	plain := make([]any, len(argv))
	for i, word := range argv {
		plain[i] = word
	}
	s.record(s.sub(name), plain, e, nil)
	return command
}

// commandList is a command that is one expression and gives a list: it keeps its type.
func (s scope) commandList(e entry) (entry, bool) {
	if !e.value.dynamic() || !strings.HasPrefix(e.value.text, "${") || !strings.HasSuffix(e.value.text, "}") {
		return e, false
	}
	value, found := s.exprs.evaluate(e.value, s.withinOf(e.value))
	if len(found) > 0 || value.form != list {
		return e, false
	}
	e.value = value
	return e, true
}

// commandText splits a command into words first and puts in what expressions give then: a value cannot add an argument.
func (s scope) commandText(e entry) []string {
	n := e.value
	template, found := expr.ParseTemplate(n.text, n.place)
	if len(found) > 0 {
		return nil // reported by the check
	}
	split, err := splitWords(template.Parts)
	if err != nil {
		_, d := (&shape{parse: func(string) (any, error) { return nil, err }}).read(e)
		s.add(*d)
		return nil
	}
	var argv []string
	for _, pieces := range split {
		word, ok := s.commandWord(n, pieces)
		if !ok {
			return nil
		}
		argv = append(argv, word)
	}
	return argv
}

func (s scope) commandWord(n *node, pieces []piece) (string, bool) {
	t := expr.Template{Quote: n.quote()}
	for _, p := range pieces {
		t.Parts = append(t.Parts, expr.Part{Text: p.text, Expression: p.expression, Offset: p.offset})
	}
	within := s.withinOf(n)
	texts, found := t.Texts(s.exprs.within(within), n.place, s.exprs.values(within))
	*s.found = append(*s.found, found...)
	word := strings.Join(texts, "")
	if strings.ContainsRune(word, 0) {
		s.add(refuse(n.at, diag.BadValue, "a zero byte stands in a word of the command").WithHint("remove it: no argument can hold one"))
		return "", false
	}
	return word, len(found) == 0
}
