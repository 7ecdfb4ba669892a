package spec

import (
	"slices"
	"strconv"
)

// Value is one resolved value of the file.
type Value struct {
	// Path names it: `services.orders.calls.payments.timeout`.
	Path string
	// Value is a string, int64, float64, bool or a list of those. Durations are as they are written.
	Value any
	// Source is file:line:col and the overlay, or the word default.
	Source string
	// Default says that the file does not give the value.
	Default bool
	// Past are the values that it replaced, from the first one on.
	Past []Past
}

// Past is a value that another one replaced.
type Past struct {
	// Value is as that of Value; a text with expressions stands as it was written.
	Value  any
	Source string
}

// Resolved is every value after merging and evaluating, and every default, in the order of the graph.
func (l *Loaded) Resolved() []Value { return slices.Clone(l.values) }

// record notes a value that an entry of the file gives; fallback is its default, nil when it has none.
func (r *reader) record(path string, value any, e entry, fallback any) {
	v := Value{Path: path, Value: value, Source: e.mark().source()}
	for n := e.value.was; n != nil; n = n.was {
		v.Past = append(v.Past, Past{plainNode(n), n.at.source()})
	}
	if fallback != nil {
		v.Past = append(v.Past, Past{standard(fallback), "default"})
	}
	slices.Reverse(v.Past)
	r.values = append(r.values, v)
}

// source is a place as people read it, with the overlay that it is of.
func (o origin) source() string {
	source := o.position().String()
	if o.layer != "" && o.layer != o.file.shown {
		source += " (" + o.layer + ")"
	}
	return source
}

func (r *reader) recordDefault(path string, value any) {
	r.values = append(r.values, Value{Path: path, Value: standard(value), Source: "default", Default: true})
}

// plainNode is a scalar as Go has it, a list or a map as Go has them.
func plainNode(n *node) any {
	switch n.form {
	case whole:
		if v, err := parseWhole(n.text); err == nil {
			return v
		}
	case fraction:
		if v, err := strconv.ParseFloat(n.text, 64); err == nil {
			return v
		}
	case flag:
		v, _ := parseFlag(n.text)
		return v
	case nothing:
		return nil
	case list:
		all := []any{}
		for _, item := range n.items {
			all = append(all, plainNode(item))
		}
		return all
	}
	return n.text
}
