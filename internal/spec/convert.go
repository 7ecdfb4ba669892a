package spec

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

// converter turns YAML's nodes into ours: aliases are shared, merge keys written out, keys unique.
type converter struct {
	file  *file
	made  map[*yaml.Node]*node
	open  map[*yaml.Node]bool
	found diag.List
	// over is set once, when a bound is exceeded; nothing more is read then.
	over bool
}

func (c *converter) refuse(at origin, hint string, code diag.Code, format string, args ...any) {
	c.found.Add(refuse(at, code, format, args...).WithHint("%s", hint))
}

// stop ends the reading at a bound. The aliases of a bomb are cheap until somebody walks them: nobody does.
func (c *converter) stop(at origin, format string, args ...any) *node {
	if !c.over {
		c.found.Add(tooLarge(at, format, args...))
	}
	c.over = true
	return &node{at: at}
}

func (c *converter) convert(y *yaml.Node, depth int) *node {
	at := c.origin(y)
	switch {
	case c.over:
		return &node{at: at}
	case depth > maxDepth:
		return c.stop(at, "values nest deeper than %d levels", maxDepth)
	case y.Kind == yaml.AliasNode:
		return c.alias(y, at, depth)
	}
	c.open[y] = true
	n := &node{at: at, size: 1}
	c.checkTag(y, at)
	switch y.Kind {
	case yaml.MappingNode:
		n.form = table
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.form = list
		for i := 0; i < len(y.Content) && n.size <= maxNodes; i++ {
			value := c.convert(y.Content[i], depth+1)
			n.items, n.size = append(n.items, value), n.size+value.size
		}
	default:
		n.form, n.text = scalarForm(y), y.Value
	}
	delete(c.open, y)
	c.made[y] = n
	if n.size > maxNodes {
		return c.stop(at, "the file has more than %d values when its aliases are written out", maxNodes)
	}
	return n
}

func (c *converter) alias(y *yaml.Node, at origin, depth int) *node {
	if c.open[y.Alias] {
		c.refuse(at, "write what is meant out", diag.NotYAML, "*%s stands within what it names", y.Value)
		return &node{at: at, size: 1}
	}
	if n, done := c.made[y.Alias]; done {
		return n
	}
	return c.convert(y.Alias, depth)
}

func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	var merged []*node
	for i := 0; i+1 < len(y.Content) && n.size <= maxNodes; i += 2 { // what follows a bound that is exceeded is work for nothing
		key, at := y.Content[i], c.origin(y.Content[i])
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			value := c.convert(y.Content[i+1], depth+1)
			n.size += value.size
			merged = append(merged, c.sources(value, at)...)
			continue
		}
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			c.refuse(at, "write it as a text", diag.WrongType, "a key must be a word")
			continue
		}
		value := c.convert(y.Content[i+1], depth+1)
		n.size += value.size + 1
		if first, twice := n.find(key.Value); twice {
			c.found.Add(refuse(at, diag.DuplicateName, "key %q is given twice", key.Value).
				WithHint("remove one; the first is at %s", first.at.position()))
			continue
		}
		if !c.put(n, entry{key.Value, at, value}, at) {
			return
		}
	}
	for _, source := range merged {
		for _, e := range source.keys {
			// The map's own keys win, and the first of several sources: yaml.org/type/merge.
			if _, own := n.find(e.key); !own && !c.put(n, e, n.at) {
				return
			}
		}
	}
}

// put adds an entry; false when the map has too many, whether it wrote them itself or merged them.
func (c *converter) put(n *node, e entry, at origin) bool {
	n.keys = append(n.keys, e)
	if len(n.keys) <= maxNodes/10 {
		return true
	}
	c.stop(at, "a map has more than %d keys", maxNodes/10)
	return false
}

const mergeHint = "name an anchor of a map: <<: *name"

// sources are the maps that a merge key names.
func (c *converter) sources(value *node, at origin) []*node {
	switch value.form {
	case table:
		return []*node{value}
	case list:
		var all []*node
		for _, item := range value.items {
			if item.form != table {
				c.refuse(at, mergeHint, diag.WrongType, "<< takes a map or a list of maps, not a list with %s", item.form.says())
				return nil
			}
			all = append(all, item)
		}
		return all
	}
	c.refuse(at, mergeHint, diag.WrongType, "<< takes a map or a list of maps, not %s", value.form.says())
	return nil
}

func (c *converter) checkTag(y *yaml.Node, at origin) {
	if tag := y.ShortTag(); tag == "!!binary" || !strings.HasPrefix(tag, "!!") && tag != "" {
		c.found.Add(refuse(at, diag.WrongType, "the tag %s means nothing here", tag).WithHint("remove it; write the value as it is"))
	}
}

func scalarForm(y *yaml.Node) form {
	switch y.ShortTag() {
	case "!!null":
		return nothing
	case "!!int":
		return whole
	case "!!float":
		return fraction
	case "!!bool":
		return flag
	}
	return text
}

// origin is where a node stands, and how much of its line it takes.
func (c *converter) origin(y *yaml.Node) origin {
	o := origin{file: c.file, line: y.Line, column: c.file.column(y.Line, y.Column), width: 1}
	line := c.file.line(y.Line)
	if o.column > len(line) {
		return o
	}
	if rest := line[o.column-1:]; y.Kind == yaml.ScalarNode {
		o.width = scalarWidth(rest, y)
	} else if y.Kind == yaml.AliasNode {
		o.width = len(y.Value) + 1
	}
	return o
}

func scalarWidth(rest string, y *yaml.Node) int {
	switch quote := rest[0]; quote {
	case '"', '\'':
		for i := 1; i < len(rest); i++ {
			if quote == '"' && rest[i] == '\\' {
				i++
			} else if rest[i] == quote {
				return i + 1
			}
		}
		return len(rest)
	}
	if first, _, _ := strings.Cut(y.Value, "\n"); first != "" && strings.HasPrefix(rest, first) {
		return len(first)
	}
	word, _, _ := strings.Cut(rest, " ")
	return max(len(word), 1)
}
