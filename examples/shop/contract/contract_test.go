package contract

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The check must be able to fail: each row is an answer and what is wrong with it.
func TestDifferencesAreFound(t *testing.T) {
	var d document
	err := yaml.Unmarshal([]byte(`
components: {schemas: {Item: {type: object, required: [sku], properties: {sku: {type: string, enum: [a, b]}, count: {type: integer}}}}}
`), &d)
	if err != nil {
		t.Fatal(err)
	}
	item := schema{Ref: "#/components/schemas/Item"}
	list := schema{Type: "array", Items: &item}
	for _, row := range []struct {
		says  string
		value any
		wants string
	}{
		{"what fits passes", []any{map[string]any{"sku": "a", "count": 1.0}}, ""},
		{"a required property is missing", []any{map[string]any{}}, "lacks sku"},
		{"a property is not declared", []any{map[string]any{"sku": "a", "x": "y"}}, "x is not declared"},
		{"a value is outside its list", []any{map[string]any{"sku": "c"}}, "none of [a b]"},
		{"a number is not whole", []any{map[string]any{"sku": "a", "count": 1.5}}, "of type number, not integer"},
		{"a list is something else", "x", "of type string, not array"},
		{"null is no list", nil, "of type null, not array"},
	} {
		got := strings.Join(d.differences("body", list, row.value), "; ")
		if (got == "") != (row.wants == "") || !strings.Contains(got, row.wants) {
			t.Errorf("%s: %q, not %q", row.says, got, row.wants)
		}
	}
	if got := d.differences("body", schema{Ref: "#/components/schemas/Gone"}, nil); len(got) != 1 {
		t.Errorf("a dangling reference passes: %v", got)
	}
}
