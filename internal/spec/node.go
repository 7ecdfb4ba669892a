package spec

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/expr"
)

// form is what kind of YAML value a node is.
type form int

const (
	nothing form = iota
	text
	whole
	fraction
	flag
	list
	table
)

// says names the form for people.
func (f form) says() string {
	return [...]string{"nothing", "a text", "a whole number", "a fraction", "true or false", "a list", "a map"}[f]
}

func (f form) scalar() bool { return f >= text && f <= flag }

// origin is where in which file something stands, and what laid it over the base.
type origin struct {
	file *file
	// line and column count from 1, column and width in bytes.
	line, column, width int
	// layer is the overlay, as a person names it; empty for the files themselves.
	layer string
}

func (o origin) position() diag.Position {
	if o.file == nil {
		return diag.Position{}
	}
	return diag.Position{File: o.file.shown, Line: o.line, Column: o.column}
}

// node is one value of the tree. It is never changed after it was made: aliases share nodes.
type node struct {
	form  form
	text  string
	keys  []entry
	items []*node
	at    origin
	// given says that the text is what an expression gave: it holds no expressions.
	given bool
	// was is the value that this one replaced, nil when it replaced none.
	was *node
	// size counts the nodes that this one would be with every alias written out.
	size int
}

// entry is a key and its value.
type entry struct {
	key   string
	at    origin
	value *node
}

// dynamic tells whether the value is a text with expressions.
func (n *node) dynamic() bool { return n.form == text && !n.given && expr.Has(n.text) }

// find is the entry of a key.
func (n *node) find(key string) (entry, bool) {
	if n != nil && n.form == table {
		for _, e := range n.keys {
			if e.key == key {
				return e, true
			}
		}
	}
	return entry{}, false
}

// get is the value of a key, nil when there is none.
func (n *node) get(key string) *node {
	e, _ := n.find(key)
	return e.value
}

// mark is where an error about the value stands: the value itself when it is a word, else its key.
func (e entry) mark() origin {
	if e.value != nil && e.value.form.scalar() {
		return e.value.at
	}
	return e.at
}

// stamp copies a tree and says which overlay it is of.
func (n *node) stamp(layer string) *node {
	c := *n
	c.at.layer = layer
	c.keys, c.items = make([]entry, len(n.keys)), make([]*node, len(n.items))
	for i, e := range n.keys {
		e.at.layer = layer
		c.keys[i] = entry{e.key, e.at, e.value.stamp(layer)}
	}
	for i, item := range n.items {
		c.items[i] = item.stamp(layer)
	}
	return &c
}
