package contract

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

// node is a value of the document. nil is one that is not there: every question about it has an answer.
type node struct{ *yaml.Node }

var none = node{}

func (n node) there() bool { return n.Node != nil }

func (n node) isMap() bool  { return n.there() && n.Kind == yaml.MappingNode }
func (n node) isList() bool { return n.there() && n.Kind == yaml.SequenceNode }
func (n node) isText() bool { return n.there() && n.Kind == yaml.ScalarNode }

// behind is what an alias stands for. Aliases of aliases are none in YAML.
func behind(y *yaml.Node) node {
	if y != nil && y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	return node{y}
}

// get is the value of a key, or none.
func (n node) get(key string) node {
	for name, value := range n.entries {
		if name.Value == key {
			return value
		}
	}
	return none
}

// entries yields the keys and values of a map in their order.
func (n node) entries(yield func(key node, value node) bool) {
	all := n.children(yaml.MappingNode)
	for i := 0; i+1 < len(all); i += 2 {
		if !yield(node{all[i]}, behind(all[i+1])) {
			return
		}
	}
}

func (n node) children(of yaml.Kind) []*yaml.Node {
	if !n.there() || n.Kind != of {
		return nil
	}
	return n.Content
}

// items yields the values of a list.
func (n node) items(yield func(node) bool) {
	for _, item := range n.children(yaml.SequenceNode) {
		if !yield(behind(item)) {
			return
		}
	}
}

// text is a scalar's, "" for all else.
func (n node) text() string {
	if !n.isText() {
		return ""
	}
	return n.Value
}

func (n node) yes() bool {
	return n.isText() && n.ShortTag() == "!!bool" && (n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
}

// number is a scalar's; false when it is none.
func (n node) number() (float64, bool) {
	if !n.isText() {
		return 0, false
	}
	switch n.ShortTag() {
	case "!!int":
		whole, err := strconv.ParseInt(n.Value, 0, 64)
		if err == nil {
			return float64(whole), true
		}
	case "!!float":
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	return f, err == nil
}

// count is a whole number within what a mock can need, or standard.
func (n node) count(standard int) int {
	const most = 1 << 16
	f, is := n.number()
	if !is || f < 0 {
		return standard
	}
	return int(min(f, most))
}

// position is where the node stands, nowhere for none.
func (d *Document) position(n node) diag.Position {
	if !n.there() {
		return diag.Position{File: d.file, Line: 1, Column: 1}
	}
	return diag.Position{File: d.file, Line: max(n.Line, 1), Column: max(n.Column, 1)}
}
