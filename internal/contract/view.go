package contract

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// view is a schema with what allOf adds to it and the first that oneOf and anyOf leave to choose, as one.
type view []node

func (d *Document) view(schema node) view {
	var v view
	d.join(&v, schema, map[*yaml.Node]bool{})
	return v
}

func (d *Document) join(v *view, schema node, seen map[*yaml.Node]bool) {
	schema = d.follow(schema)
	if !schema.isMap() || seen[schema.Node] || len(*v) >= mostParts {
		return
	}
	seen[schema.Node] = true
	*v = append(*v, schema)
	for part := range schema.get("allOf").items {
		d.join(v, part, seen)
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		for one := range schema.get(choice).items {
			if target := d.follow(one); target.get("type").text() != "null" {
				d.join(v, target, seen)
				break
			}
		}
	}
}

// get is the first that says something of a key.
func (v view) get(key string) node {
	for _, part := range v {
		if found := part.get(key); found.there() {
			return found
		}
	}
	return none
}

// declared is the value that the schema itself shows, none where it shows none.
func (v view) declared() node {
	if one := v.get("example"); one.there() {
		return one
	}
	for _, key := range []string{"examples", "default", "const", "enum"} {
		found := v.get(key)
		switch {
		case !found.there():
		case key == "default" || key == "const":
			return found
		default:
			for first := range found.items {
				return first
			}
		}
	}
	return none
}

// kind is the type, what the other keys mean where none is given, "" where they mean nothing.
func (v view) kind() string {
	declared := v.get("type")
	if declared.isText() {
		return declared.text()
	}
	for one := range declared.items {
		if one.text() != "null" {
			return one.text()
		}
	}
	for _, hint := range []struct {
		kind string
		keys []string
	}{
		{"object", []string{"properties", "additionalProperties", "required"}},
		{"array", []string{"items", "prefixItems", "minItems"}},
		{"string", []string{"format", "pattern", "minLength", "maxLength"}},
		{"number", []string{"minimum", "maximum", "multipleOf"}},
	} {
		if slices.ContainsFunc(hint.keys, func(key string) bool { return v.get(key).there() }) {
			return hint.kind
		}
	}
	return ""
}

// property is one of an object.
type property struct {
	name   string
	schema node
}

// properties are those of all parts, each once, in the order of the document.
func (v view) properties() []property {
	var all []property
	seen := map[string]bool{}
	for _, part := range v {
		for name, schema := range part.get("properties").entries {
			if !seen[name.Value] {
				seen[name.Value] = true
				all = append(all, property{name.Value, schema})
			}
		}
	}
	return all
}

func (v view) required() []string {
	var all []string
	for _, part := range v {
		for name := range part.get("required").items {
			all = append(all, name.text())
		}
	}
	return all
}
