package spec

import (
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// key is one key of a noun: what the check, the reader and the schema know of it.
type key struct {
	name, doc string
	shape     *shape
	// standard is the default as a person would write it; empty when there is none, or when it depends on other values.
	standard string
	needed   bool
	// example is a value in YAML's flow form.
	example string
}

// noun is a map with known keys.
type noun struct {
	// name is its definition in the schema, says names one of it in a sentence.
	name, says string
	keys       []key
	// later are keys of capabilities that this version does not have.
	later []string
	// foreign are keys that other tools have for the same: what is meant here, a key or a sentence.
	foreign map[string]string
}

// shape is what a value may be: a scalar, a list, a map of names, or a noun; or is the next form that it may have instead.
type shape struct {
	says string
	// A scalar has the forms that it may be written in and how its text is read.
	forms []form
	parse func(text string) (any, error)
	// literal scalars hold no expressions.
	literal bool
	item    *shape
	noun    *noun
	value   *shape
	names   *naming
	or      *shape
	// kind, enum and pattern are for the schema.
	kind    string
	enum    []string
	pattern string
}

func (n *noun) key(name string) (key, bool) {
	at := slices.IndexFunc(n.keys, func(k key) bool { return k.name == name })
	if at < 0 {
		return key{}, false
	}
	return n.keys[at], true
}

func (n *noun) names() []string {
	var names []string
	for _, k := range n.keys {
		if k.name != "$schema" { // nobody means it
			names = append(names, k.name)
		}
	}
	return names
}

// pick is the shape among the alternatives that a form fits; nil when none does.
func (s *shape) pick(f form) *shape {
	for ; s != nil; s = s.or {
		if s.takes(f) {
			return s
		}
	}
	return nil
}

func (s *shape) takes(f form) bool {
	switch {
	case s.item != nil:
		return f == list
	case s.noun != nil || s.value != nil:
		return f == table
	}
	return slices.Contains(s.forms, f)
}

// scalar is the alternative that one word can be; nil when there is none.
func (s *shape) scalar() *shape {
	for ; s != nil; s = s.or {
		if s.parse != nil {
			return s
		}
	}
	return nil
}

// example is a value of the shape, in YAML's flow form; "" when the shape alone tells none.
func (s *shape) example() string {
	for ; s != nil; s = s.or {
		switch {
		case s.item != nil && s.item.example() != "":
			return "[" + s.item.example() + "]"
		case s.noun != nil:
			k := s.noun.keys[max(slices.IndexFunc(s.noun.keys, func(k key) bool { return k.needed }), 0)]
			return "{" + k.name + ": " + k.example + "}"
		case s.enum != nil:
			return s.enum[0]
		}
	}
	return ""
}

// describe names all alternatives: "a text or a list of texts".
func (s *shape) describe() string {
	says := s.says
	for s = s.or; s != nil; s = s.or {
		says += " or " + s.says
	}
	return says
}

// wrong is why a text is no value of a shape, and what would be.
type wrong struct {
	says, hint string
	// offset is where in the text it is wrong, in bytes, when that is known; 0 underlines the whole.
	offset int
	// code is BadValue when it is empty.
	code diag.Code
}

func (w wrong) Error() string { return w.says }

func wrongly(says, hint string) error { return wrong{says: says, hint: hint} }
