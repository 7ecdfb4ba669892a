package importer

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

// The bounds of a tree: values with aliases written out, signs of structure before anything is parsed, and how deep they nest.
const (
	maxNodes = 50_000
	maxMarks = 200_000
	maxDepth = 64
)

type form int

const (
	nothing form = iota
	scalar
	list
	table
)

func (f form) String() string { return [...]string{"nothing", "one value", "a list", "a map"}[f] }

// node is a YAML value with aliases and merges written out, so that what is taken of one copy is not taken of another.
type node struct {
	form  form
	text  string
	at    diag.Position
	keys  []*entry
	items []*node
}

// entry is one key of a map. used says that a reader asked for it.
type entry struct {
	key   string
	at    diag.Position
	value *node
	used  bool
}

// has tells whether a key is given; it is not used up.
func (n *node) has(key string) bool {
	return n != nil && slices.ContainsFunc(n.keys, func(e *entry) bool { return e.key == key })
}

// take finds a key and marks it as read; nil when it is absent. A key without a value counts as absent, and as read.
func (n *node) take(key string) *entry {
	if n == nil {
		return nil
	}
	for _, e := range n.keys {
		if e.key != key {
			continue
		}
		if e.used = true; e.value.form == nothing {
			return nil
		}
		return e
	}
	return nil
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parse reads the one document of a file.
func (d *draft) parse(f *file) *node {
	if strings.Count(f.text, "\n")+strings.Count(f.text, ",")+strings.Count(f.text, "[")+strings.Count(f.text, "{")+strings.Count(f.text, ": ") > maxMarks {
		d.refuse(f.start(), diag.TooLarge, "split it", "the file has more values than an application can need")
		return nil
	}
	decoder := yaml.NewDecoder(strings.NewReader(f.text))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(f, err)
			return nil
		}
		return &node{form: table, at: f.start()}
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			d.syntax(f, err)
			return nil
		}
		d.refuse(f.at(second.Line, 1), diag.NotYAML, "import one document at a time", "the file has a second document")
		return nil
	}
	c := converter{draft: d, file: f, places: map[*yaml.Node]diag.Position{}}
	root := c.convert(document.Content[0], 0)
	if d.found.Failed() {
		return nil
	}
	if root.form != table {
		d.refuse(root.at, diag.WrongType, "write a map with services", "the file is %s, not a map", root.form)
		return nil
	}
	d.trees = append(d.trees, root)
	return root
}

func (d *draft) syntax(f *file, err error) {
	message, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = strings.Replace(message, m[0], "", 1)
	}
	d.refuse(f.at(line, 1), diag.NotYAML, "check the line and the one above it", "the line is not YAML: %s", message)
}

// converter writes aliases out, up to a bound: an alias of aliases of aliases is how a small file becomes endless.
type converter struct {
	*draft
	file *file
	made int
	over bool
	open []*yaml.Node
	// places are those that were counted; line, characters and column say how far.
	places                   map[*yaml.Node]diag.Position
	line, characters, column int
}

// place is where a node stands, its column in bytes. YAML counts characters; the nodes of a line are asked for from left to right, so
// the count goes on from the last one: a file of one line would take the square of its length otherwise.
func (c *converter) place(y *yaml.Node) diag.Position {
	if at, known := c.places[y]; known {
		return at
	}
	if c.line != y.Line || c.characters > y.Column {
		c.line, c.characters, c.column = y.Line, 1, 1
	}
	if y.Line >= 1 && y.Line <= len(c.file.lines) {
		rest := c.file.lines[y.Line-1]
		for rest = rest[min(c.column-1, len(rest)):]; c.characters < y.Column && rest != ""; c.characters++ {
			_, size := utf8.DecodeRuneInString(rest)
			rest, c.column = rest[size:], c.column+size
		}
	}
	at := c.file.at(y.Line, c.column)
	c.places[y] = at
	return at
}

func (c *converter) convert(y *yaml.Node, depth int) *node {
	n := &node{at: c.place(y)}
	if c.made++; c.made > maxNodes || depth > maxDepth {
		if !c.over {
			c.refuse(n.at, diag.TooLarge, "write repeated parts out, or split the file",
				"the file has more than %d values when its aliases are written out, or nests deeper than %d", maxNodes, maxDepth)
		}
		c.over = true
		return n
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.alias(y, n, depth)
	case yaml.MappingNode:
		n.form = table
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.form = list
		for _, item := range y.Content {
			if c.over {
				break
			}
			n.items = append(n.items, c.convert(item, depth+1))
		}
	default:
		c.scalar(n, y)
	}
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") {
		c.refuse(n.at, diag.WrongType, "write out what it does to the file that it is merged over", "the tag %s is not read", y.Tag)
	}
	return n
}

func (c *converter) scalar(n *node, y *yaml.Node) {
	if y.ShortTag() == "!!null" {
		return
	}
	n.form = scalar
	n.text = c.interpolate(y.Value, n.at)
}

func (c *converter) alias(y *yaml.Node, n *node, depth int) *node {
	for _, open := range c.open {
		if open == y.Alias {
			c.refuse(n.at, diag.NotYAML, "write what is meant out", "*%s stands within what it names", y.Value)
			return n
		}
	}
	c.open = append(c.open, y.Alias)
	made := c.convert(y.Alias, depth)
	c.open = c.open[:len(c.open)-1]
	return made
}

func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	var merged []*node
	seen := map[string]diag.Position{}
	for i := 0; i+1 < len(y.Content) && !c.over; i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			c.refuse(c.place(y.Content[i]), diag.WrongType, "write it as a text", "a key must be a word")
			continue
		}
		made := c.convert(value, depth+1)
		if key.ShortTag() == "!!merge" {
			merged = append(merged, c.sources(made)...)
			continue
		}
		at := c.place(y.Content[i])
		if first, twice := seen[key.Value]; twice {
			c.refuse(at, diag.DuplicateName, "remove one; the first is at "+first.String(), "the key %q is given twice", key.Value)
			continue
		}
		seen[key.Value] = at
		n.keys = append(n.keys, &entry{key: key.Value, at: at, value: made})
	}
	for _, source := range merged {
		for _, e := range source.keys {
			if _, own := seen[e.key]; !own { // the map's own keys win, and the first of several sources: yaml.org/type/merge
				seen[e.key] = e.at
				n.keys = append(n.keys, e)
			}
		}
	}
}

// sources are the maps that << names.
func (c *converter) sources(n *node) []*node {
	all := []*node{n}
	if n.form == list {
		all = n.items
	}
	for _, one := range all {
		if one.form != table && !c.over {
			c.refuse(one.at, diag.WrongType, "name an anchor of a map: <<: *name", "only maps can be merged")
			return nil
		}
	}
	return all
}
