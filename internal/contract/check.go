package contract

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// held compares a value with a schema. It finds the first difference.
type held struct {
	*Document
	looked int
}

// mostLooked bounds how often a schema, or a value of its list, is held against a value: alternatives within alternatives multiply, and so
// do long lists.
const mostLooked = 100_000

// difference says where a value differs from its schema, and the line of the schema; says is empty when it does not.
type difference struct {
	says string
	at   node
}

// value holds a value, as encoding/json reads it with numbers kept, against a schema. Name is how the value is called in a sentence.
func (h *held) value(schema node, name string, value any, depth int) difference {
	schema = h.follow(schema)
	if h.looked++; !schema.isMap() || depth > maxDepth || h.looked > mostLooked {
		return difference{}
	}
	for _, check := range []func(node, string, any, int) difference{h.kind, h.listed, h.joined, h.chosen, h.bounds, h.members, h.entries} {
		if d := check(schema, name, value, depth); d.says != "" {
			return d
		}
	}
	return difference{}
}

func differs(at node, format string, args ...any) difference {
	return difference{fmt.Sprintf(format, args...), at}
}

// kind compares the type. null fits where nullable says so (OpenAPI 3.0).
func (h *held) kind(schema node, name string, value any, _ int) difference {
	declared := schema.get("type")
	var kinds []string
	if declared.isText() {
		kinds = append(kinds, declared.text())
	}
	for one := range declared.items {
		kinds = append(kinds, one.text())
	}
	if len(kinds) == 0 || value == nil && schema.get("nullable").yes() || slices.ContainsFunc(kinds, func(kind string) bool { return isKind(kind, value) }) {
		return difference{}
	}
	return differs(declared, "%s is %s and not %s", name, kindOf(value), article(strings.Join(kinds, " or ")))
}

func isKind(kind string, value any) bool {
	n, numeric := value.(json.Number)
	if kind == "integer" && numeric {
		f, err := n.Float64()
		return err == nil && f == math.Trunc(f)
	}
	return kind == "number" && numeric || kindOf(value) == article(kind)
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "an array"
	}
	return "an object"
}

func article(kind string) string {
	switch {
	case kind == "null":
		return kind
	case strings.HasPrefix(kind, "array"), strings.HasPrefix(kind, "object"), strings.HasPrefix(kind, "integer"):
		return "an " + kind
	}
	return "a " + kind
}

// listed holds enum and const.
func (h *held) listed(schema node, name string, value any, _ int) difference {
	g := &generator{Document: h.Document}
	is := func(n node) bool { return equalJSON(g.literal(n), value) }
	if only := schema.get("const"); only.there() && !is(only) {
		return differs(only, "%s is not %s", name, brief(string(g.literal(only))))
	}
	list := schema.get("enum")
	if !list.isList() {
		return difference{}
	}
	var all []string
	for one := range list.items {
		if h.looked++; is(one) || h.looked > mostLooked {
			return difference{}
		}
		all = append(all, brief(string(g.literal(one))))
	}
	return differs(list, "%s is none of %s", name, strings.Join(all[:min(len(all), 10)], ", "))
}

func equalJSON(raw []byte, value any) bool {
	other, err := decode(raw)
	a, failed := json.Marshal(other)
	b, broken := json.Marshal(value)
	if err != nil || failed != nil || broken != nil {
		return false
	}
	if string(a) == string(b) {
		return true
	}
	x, numeric := other.(json.Number)
	y, too := value.(json.Number)
	if !numeric || !too {
		return false
	}
	f, err := x.Float64()
	g, failed := y.Float64()
	return err == nil && failed == nil && f == g
}

func (h *held) joined(schema node, name string, value any, depth int) difference {
	for part := range schema.get("allOf").items {
		if d := h.value(part, name, value, depth+1); d.says != "" {
			return d
		}
	}
	return difference{}
}

// chosen is content when one of the alternatives fits: that no other does is the service's business.
func (h *held) chosen(schema node, name string, value any, depth int) difference {
	for _, key := range []string{"oneOf", "anyOf"} {
		choice, first := schema.get(key), difference{}
		fits := !choice.isList()
		for one := range choice.items {
			d := h.value(one, name, value, depth+1)
			if fits = fits || d.says == ""; fits {
				break
			}
			if first.says == "" {
				first = d
			}
		}
		if !fits {
			return differs(choice, "%s fits none of its alternatives: %s", name, first.says)
		}
	}
	return difference{}
}

func (h *held) bounds(schema node, name string, value any, _ int) difference {
	switch v := value.(type) {
	case json.Number:
		return numeric(schema, name, v)
	case string:
		if d := counted(schema, name, "characters", "Length", utf8.RuneCountInString(v)); d.says != "" {
			return d
		}
		return matched(schema.get("pattern"), name, v)
	case []any:
		return counted(schema, name, "items", "Items", len(v))
	}
	return difference{}
}

func numeric(schema node, name string, n json.Number) difference {
	f, err := n.Float64()
	if least, is := schema.get("minimum").number(); is && (err != nil || f < least) {
		return differs(schema.get("minimum"), "%s is less than %s", name, number(least))
	}
	if most, is := schema.get("maximum").number(); is && (err != nil || f > most) {
		return differs(schema.get("maximum"), "%s is more than %s", name, number(most))
	}
	return difference{}
}

// counted holds how many there are of something: minLength and maxLength, minItems and maxItems.
func counted(schema node, name, what, key string, n int) difference {
	if least := schema.get("min" + key); n < least.count(0) {
		return differs(least, "%s has %d %s, and needs %d", name, n, what, least.count(0))
	}
	if most := schema.get("max" + key); n > most.count(math.MaxInt) {
		return differs(most, "%s has %d %s, and may have %d", name, n, what, most.count(0))
	}
	return difference{}
}

// matched passes over a pattern that is none of Go's.
func matched(pattern node, name, text string) difference {
	if form := compiled(pattern.text()); form != nil && !form.MatchString(text) {
		return differs(pattern, "%s does not match %s", name, brief(pattern.Value))
	}
	return difference{}
}

func compiled(pattern string) *regexp.Regexp {
	const longest = 1000
	if pattern == "" || len(pattern) > longest {
		return nil
	}
	form, _ := regexp.Compile(pattern) // nil when it is none
	return form
}

func (h *held) members(schema node, name string, value any, depth int) difference {
	object, is := value.(map[string]any)
	if !is {
		return difference{}
	}
	for wanted := range schema.get("required").items {
		if _, there := object[wanted.text()]; !there {
			return differs(wanted, "%s has no %s", name, brief(wanted.text()))
		}
	}
	known := schema.get("properties")
	for key, below := range known.entries {
		if member, there := object[key.Value]; there {
			if d := h.value(below, name+"."+brief(key.Value), member, depth+1); d.says != "" {
				return d
			}
		}
	}
	more := schema.get("additionalProperties")
	if !more.there() || schema.get("patternProperties").there() {
		return difference{}
	}
	forbidden := more.isText() && !more.yes()
	for _, key := range sortedKeys(object) {
		if known.get(key).there() {
			continue
		}
		if forbidden {
			return differs(more, "%s has a %s that the contract does not know", name, brief(key))
		}
		if d := h.value(more, name+"."+brief(key), object[key], depth+1); d.says != "" {
			return d
		}
	}
	return difference{}
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (h *held) entries(schema node, name string, value any, depth int) difference {
	list, is := value.([]any)
	below := schema.get("items")
	if !is || !below.isMap() {
		return difference{}
	}
	first := 0
	for range schema.get("prefixItems").items {
		first++
	}
	for i := first; i < len(list); i++ {
		if d := h.value(below, fmt.Sprintf("%s[%d]", name, i), list[i], depth+1); d.says != "" {
			return d
		}
	}
	return difference{}
}
