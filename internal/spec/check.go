package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// checker holds a tree against the tables before anything is merged, so that what an overlay replaces, and overlays that are
// not applied, are checked too.
type checker struct {
	found *diag.List
	exprs *expressions
	// overlay lets nothing stand anywhere: it removes. Values of overlays may use the process's environment.
	overlay bool
	// within says what expressions may use.
	within context
}

// context is what is known where an expression stands.
type context struct {
	service     string
	environment bool
	// place is that of the resource that it belongs to, nil elsewhere.
	place *spot
}

func (c checker) add(d diag.Diagnostic) { c.found.Add(d) }

// noun checks a map with known keys.
func (c checker) noun(n *node, kind *noun) {
	for _, e := range n.keys {
		k, known := kind.key(e.key)
		if !known {
			c.add(unknownKey(e, kind))
			continue
		}
		inner := c
		if readsEnvironment(kind.name, e.key) {
			inner.within.environment = true
		}
		if kind.name == "environment" || kind.name == "app" && e.key == "environments" {
			inner.overlay, inner.within.environment = true, true
		}
		inner.value(e, k.shape, k.example)
	}
}

// readsEnvironment tells whether the process's environment may be read under a key of a noun.
func readsEnvironment(noun, key string) bool {
	switch key {
	case "env":
		return noun == "service" || noun == "resource" || noun == "task"
	case "url", "exports":
		return noun == "resource"
	}
	return false
}

// value checks one value against its shape; example is what a hint may show.
func (c checker) value(e entry, s *shape, example string) {
	n := e.value
	if n.dynamic() {
		c.expression(e, s)
		return
	}
	fit := s.pick(n.form)
	switch {
	case n.form == nothing:
		c.nothing(e, s)
	case fit == nil:
		c.add(wrongType(e, s, example))
	case fit.item != nil:
		c.overlay = false // a list replaces as a whole
		for i, item := range n.items {
			c.value(entry{fmt.Sprintf("entry %d of %s", i+1, e.key), item.at, item}, fit.item, fit.item.example())
		}
	case fit.noun != nil:
		c.noun(n, fit.noun)
	case fit.value != nil:
		c.names(n, fit)
	default:
		if _, d := fit.read(e); d != nil {
			c.add(*d)
		}
	}
}

// nothing stands for an empty map, for a name alone, and in an overlay for what is removed.
func (c checker) nothing(e entry, s *shape) {
	if c.overlay || s.pick(nothing) != nil || s.pick(table) != nil {
		return
	}
	c.add(refuse(e.at, diag.WrongType, "%s has no value", e.key).WithHint("write %s, or remove the key", s.describe()))
}

// names checks a map from names to values.
func (c checker) names(n *node, s *shape) {
	for _, e := range n.keys {
		if d, bad := s.names.refuse(e.key, e.at, n); bad {
			c.add(d)
		}
		inner := c
		switch noun := s.value.noun; {
		case noun != nil && noun.name == "service":
			inner.within.service = e.key
		case noun != nil && noun.name == "resource":
			inner.within.place = &spot{}
		}
		inner.value(s.names.label(e), s.value, s.value.example())
	}
}

func (c checker) expression(e entry, s *shape) {
	if one := s.scalar(); one != nil && one.literal {
		c.add(refuse(e.value.at, diag.BadExpression, "%s takes no expression", e.key).WithHint("write its value as it is"))
		return
	}
	if found := c.exprs.check(e.value, c.within); len(found) > 0 {
		*c.found = append(*c.found, found...)
	}
}

// read is the value of a scalar, or why it is none.
func (s *shape) read(e entry) (any, *diag.Diagnostic) {
	value, err := s.parse(e.value.text)
	if err == nil {
		return value, nil
	}
	d := refuse(e.mark(), diag.BadValue, "%s cannot be used: %v", e.key, err)
	var w wrong
	if errors.As(err, &w) {
		d.Hint, d.Code = w.hint, cmp.Or(w.code, d.Code)
		if w.offset > 0 {
			d.At, d.Width = e.value.place(w.offset), 1
		}
	}
	return nil, &d
}

func (s *shape) fits(text string) bool {
	_, err := s.parse(text)
	return err == nil
}

// wrongType is for a value in a form that the shape does not have.
func wrongType(e entry, s *shape, example string) diag.Diagnostic {
	d := refuse(e.mark(), diag.WrongType, "%s takes %s, not %s", e.key, s.describe(), e.value.form.says())
	one := s.scalar()
	switch {
	case one != nil && e.value.form.scalar() && one.takes(text) && one.fits(e.value.text):
		return d.WithHint("put it in quotes: %q", e.value.text)
	case one != nil && one.takes(flag) && e.value.form == text && slices.Contains([]string{"yes", "no", "on", "off"}, strings.ToLower(e.value.text)):
		return d.WithHint("write true or false: YAML 1.2 has no other words for them")
	case example != "" && !strings.HasPrefix(e.key, "entry "):
		return d.WithHint("write it as %s: %s", e.key, example)
	case example != "":
		return d.WithHint("write it as %s", example)
	}
	return d.WithHint("write %s", s.describe())
}

func unknownKey(e entry, kind *noun) diag.Diagnostic {
	if slices.Contains(kind.later, e.key) {
		return refuse(e.at, diag.NotYet, "the key %q of %s is not available yet", e.key, kind.says).
			WithHint("remove it; docs/capabilities.md tells what this version has")
	}
	d := refuse(e.at, diag.UnknownKey, "unknown key %q in %s", e.key, kind.says)
	if meant, is := kind.foreign[e.key]; is {
		if _, isKey := kind.key(meant); isKey {
			meant = fmt.Sprintf("did you mean %q?", meant)
		}
		return d.WithHint("%s", meant)
	}
	if near := nearest(e.key, kind.names()); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	return d.WithHint("%s has the keys %s", kind.says, strings.Join(kind.names(), ", "))
}
