package gateway

import (
	"slices"
	"testing"
)

func TestTheStackIsWhole(t *testing.T) {
	for _, e := range stack {
		if e.name == "" || e.explain == nil || (e.edge == nil) == (e.each == nil) {
			t.Errorf("layer %q has no name, no explanation, or not exactly one way to be built", e.name)
		}
	}
	if each := slices.IndexFunc(stack, func(e entry) bool { return e.each != nil }); stack[each-1].name != "route" ||
		slices.ContainsFunc(stack[each:], func(e entry) bool { return e.edge != nil }) {
		t.Error("what is built once a route stands behind the route")
	}
}
