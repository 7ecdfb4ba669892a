package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Reference is the page of docs that lists every key of the file, as Markdown. It is made from the tables that check the file.
func Reference() []byte {
	w := referenceWriter{titles: map[*noun]string{}}
	w.visit(&appNoun, nil)
	w.WriteString(referenceBegin)
	for _, p := range w.places {
		w.noun(p)
	}
	return []byte(w.String())
}

const referenceBegin = `# The file, key by key

Every key of ` + "`banyan.yaml`" + `, made from the tables that check it. ` + "`NAME`" + ` stands for a name of your choice, ` + "`[]`" + ` for each entry of a list. Each example is
loaded by a test. [The file](../guides/file.md) says how it is meant, and an editor that knows the
[JSON Schema](../banyan.schema.json) completes it.

Durations are written as people write them (` + "`500ms`, `2s`, `5m`" + `). A value may be an expression, ` + "`${…}`" + `, but where it says otherwise.
`

// place is a noun and where it stands: its path in words, and the lines that lead there in an example.
type place struct {
	noun  *noun
	path  []string
	lines []string
	depth int
	// item tells that the noun is an entry of a list.
	item bool
}

// referenceWriter writes the nouns in the order in which the file reaches them.
type referenceWriter struct {
	strings.Builder
	places []place
	titles map[*noun]string
}

// visit notes a noun and those below it; the first way to a noun is the one that is told.
func (w *referenceWriter) visit(n *noun, above *place) {
	p := place{noun: n}
	if above != nil {
		p = *above
		p.noun = n
	}
	w.titles[n] = p.title()
	w.places = append(w.places, p)
	for _, k := range n.keys {
		for s := k.shape; s != nil; s = s.or {
			if inner := within(s); inner != nil && w.titles[inner] == "" {
				w.visit(inner, p.below(k, s))
			}
		}
	}
}

// below is the place of the noun that a key takes in one of its shapes.
func (p place) below(k key, s *shape) *place {
	b := place{path: append(slices.Clone(p.path), k.name), lines: p.with(k, ""), depth: p.depth + 1}
	switch {
	case s.item != nil:
		b.item = true
		b.path[len(b.path)-1] += "[]"
	case s.value != nil:
		b.path = append(b.path, "NAME")
		b.lines = append(b.lines, strings.Repeat("  ", b.depth)+firstName(k.example)+":")
		b.depth++
	}
	return &b
}

// with is the lines down to a key and its value, with what its noun cannot be without before it.
func (p place) with(shown key, value string) []string {
	lines, mark, indent := slices.Clone(p.lines), "", strings.Repeat("  ", p.depth)
	if p.item {
		mark = "- "
	}
	put := func(line string) {
		lines = append(lines, indent+mark+line)
		mark = strings.Repeat(" ", len(mark))
	}
	for _, k := range p.noun.keys {
		if k.name != shown.name && (k.needed && len(p.path) > 0 || p.stands(k, shown)) {
			put(k.name + ": " + k.example)
		}
	}
	put(strings.TrimRight(shown.name+": "+value, " "))
	return lines
}

// firstName is a name as the example of a map or a list of names gives it.
func firstName(example string) string {
	n, _ := parse(newFile("", []byte(example), ""))
	switch {
	case n != nil && len(n.keys) > 0:
		return n.keys[0].key
	case n != nil && len(n.items) > 0:
		return n.items[0].text
	}
	return "name"
}

func (p place) title() string {
	if len(p.path) == 0 {
		return "The top of the file"
	}
	return "`" + strings.Join(p.path, ".") + "`: " + p.noun.says
}

// to is the fragment of a title: what GitHub and the book make of it.
func to(title string) string {
	keep := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}
	return "#" + strings.Map(keep, strings.ToLower(title))
}

func (w *referenceWriter) put(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *referenceWriter) noun(p place) {
	w.put("\n## %s\n\n| key | takes | default |\n|--|--|--|\n", p.title())
	for _, k := range p.noun.keys {
		name := fmt.Sprintf("[`%s`](%s)", k.name, to(p.key(k)))
		if k.needed {
			name += " (needed)"
		}
		standard := ""
		if k.standard != "" {
			standard = "`" + k.standard + "`"
		}
		w.put("| %s | %s | %s |\n", name, w.takes(k.shape), standard)
	}
	if len(p.noun.later) > 0 {
		w.put("\nNot available yet, and refused with [BYN-1011](../errors/BYN-1011.md): `%s`.\n", strings.Join(p.noun.later, "`, `"))
	}
	for _, k := range p.noun.keys {
		w.put("\n### `%s`\n\n%s\n\n```yaml\n%s\n```\n", p.key(k), plainly(k.doc), strings.Join(p.with(k, k.example), "\n"))
	}
}

func (p place) key(k key) string { return strings.Join(append(slices.Clone(p.path), k.name), ".") }

// plainly keeps the stars of a pattern from being marks.
func plainly(text string) string { return strings.ReplaceAll(text, "*", `\*`) }

// takes is the kinds of value of a shape, with links to the nouns among them.
func (w *referenceWriter) takes(s *shape) string {
	var all []string
	literally := false
	for ; s != nil; s = s.or {
		says := s.says
		switch inner := within(s); {
		case inner != nil:
			says = fmt.Sprintf("[%s](%s)", says, to(w.titles[inner]))
		case s.enum != nil:
			says = "`" + strings.Join(s.enum, "`, `") + "`"
		}
		all, literally = append(all, says), literally || s.literal
	}
	text := strings.Join(all, " or ")
	if literally {
		text += ", no expression"
	}
	return text
}

// within is the noun that a shape is, or is made of.
func within(s *shape) *noun {
	switch {
	case s.item != nil:
		return s.item.noun
	case s.value != nil:
		return s.value.noun
	}
	return s.noun
}

// stands tells whether a key must be there although it is not needed: where one of a few is enough, the first of them, unless
// one is shown.
func (p place) stands(other, shown key) bool {
	for _, kind := range callables {
		if len(p.path) == 2 && p.path[0] == kind.key {
			return other.name == kind.essential[0] && !slices.Contains(kind.essential, shown.name)
		}
	}
	return false
}
