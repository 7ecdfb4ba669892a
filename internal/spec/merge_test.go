package spec

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) *node {
	t.Helper()
	n, found := parse(newFile("f", []byte(text), "f"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return n
}

func written(t *testing.T, n *node) string {
	t.Helper()
	text, err := json.Marshal(jsonNode(n))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMerge(t *testing.T) {
	rows := []struct{ sentence, base, over, want string }{
		{"maps merge at every depth", "{a: {b: {c: 1}}}", "{a: {b: {d: 2}}}", `{"a":{"b":{"c":1,"d":2}}}`},
		{"a scalar replaces", "{a: 1}", "{a: 2}", `{"a":2}`},
		{"a list replaces", "{a: [1, 2]}", "{a: [3]}", `{"a":[3]}`},
		{"a map replaces a list", "{a: [1]}", "{a: {b: 1}}", `{"a":{"b":1}}`},
		{"null removes", "{a: 1, b: 2}", "{a: null}", `{"b":2}`},
		{"null removes a whole map", "{a: {b: 1}, c: 2}", "{a: }", `{"c":2}`},
		{"null where nothing is stays: it may be a name alone", "{a: {}}", "{a: {payments: }}", `{"a":{"payments":null}}`},
		{"nothing over something changes nothing", "{a: {b: 1}}", "{}", `{"a":{"b":1}}`},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			base, over := parsed(t, row.base), parsed(t, row.over)
			before := written(t, base) + written(t, over)
			if got := written(t, merge(base, over)); got != row.want {
				t.Fatalf("got %s, want %s", got, row.want)
			}
			if after := written(t, base) + written(t, over); after != before {
				t.Fatalf("merging changed what it merged: %s, before %s", after, before)
			}
		})
	}
}

// random makes a tree in which a path is a map in all trees or a scalar in all.
func random(r *rand.Rand, depth int) string {
	if depth == 0 {
		return fmt.Sprint(r.IntN(9))
	}
	var keys []string
	for _, name := range []string{"a", "b", "c"} {
		if r.IntN(2) == 0 {
			keys = append(keys, fmt.Sprintf("%s: %s", name, random(r, depth-1)))
		}
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

func TestOverlaysOfOneFormMayBeMergedInAnyGrouping(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		a, b, c := parsed(t, random(r, 3)), parsed(t, random(r, 3)), parsed(t, random(r, 3))
		if left, right := written(t, merge(merge(a, b), c)), written(t, merge(a, merge(b, c))); left != right {
			t.Fatalf("(%s + %s) + %s is %s, and %s the other way", written(t, a), written(t, b), written(t, c), left, right)
		}
	}
}
