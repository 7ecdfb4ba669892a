package spec

import (
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// merge lays over upon base: maps merge, all else replaces, nothing removes. A key that is nothing in over and absent in base
// stays as it is written (`calls: {payments: }` adds a call). Neither tree is changed. It is associative where a path
// has one form in all trees; removal and a change of form are not, as in RFC 7396.
func merge(base, over *node) *node {
	if base == nil || base.form != table || over.form != table {
		return over
	}
	merged := *base
	merged.keys = slices.Clone(base.keys)
	for _, e := range over.keys {
		at := slices.IndexFunc(merged.keys, func(old entry) bool { return old.key == e.key })
		switch {
		case at < 0:
			merged.keys = append(merged.keys, e)
		case e.value.form == nothing:
			merged.keys = slices.Delete(merged.keys, at, at+1)
		default:
			old := merged.keys[at]
			if value := merge(old.value, e.value); value == e.value {
				next := *value
				next.was = old.value
				merged.keys[at] = entry{e.key, e.at, &next} // what won brings its own place
			} else {
				merged.keys[at] = entry{old.key, old.at, value}
			}
		}
	}
	return &merged
}

// join puts the files of one application side by side: nouns must not be defined twice, routes follow one another.
func join(a, b *node, path string, found *diag.List) *node {
	if a.form != table || b.form != table {
		return a
	}
	joined := *a
	joined.keys = slices.Clone(a.keys)
	for _, e := range b.keys {
		at := slices.IndexFunc(joined.keys, func(old entry) bool { return old.key == e.key })
		if at < 0 {
			joined.keys = append(joined.keys, e)
			continue
		}
		old := joined.keys[at]
		joined.keys[at].value = joinValue(old, e, path+"."+e.key, found)
	}
	return &joined
}

func joinValue(old, e entry, path string, found *diag.List) *node {
	noun := path == ".services."+e.key || path == ".external."+e.key || path == ".resources."+e.key || path == ".tasks."+e.key
	switch {
	case old.value.form == nothing:
		return e.value
	case e.value.form == nothing && !noun:
		return old.value
	case path == ".gateway.routes" && old.value.form == list && e.value.form == list:
		all := *old.value
		all.items = slices.Concat(old.value.items, e.value.items)
		return &all
	case !noun && old.value.form == table && e.value.form == table:
		return join(old.value, e.value, path, found)
	case !noun && old.value.form.scalar() && old.value.form == e.value.form && old.value.text == e.value.text:
		return old.value
	}
	found.Add(refuse(e.at, diag.DuplicateName, "%s is defined twice", path[1:]).
		WithHint("remove one; the other is at %s", old.at.position()))
	return old.value
}
