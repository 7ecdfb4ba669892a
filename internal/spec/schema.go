package spec

import (
	"encoding/json"
	"strconv"
	"strings"
)

// dialect is the draft that editors read.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// property is one JSON Schema.
type property map[string]any

// Schema is the JSON Schema of banyan.yaml, and of the files that it includes. It is made from the tables that check the file.
func Schema() []byte {
	w := schemaWriter{definitions: property{}}
	root := w.noun(&appNoun, false)
	root["$schema"], root["title"], root["$defs"] = dialect, "banyan.yaml", w.definitions
	root["description"] = "An application of services: what runs, what it calls, and what the gateway exposes."
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // maps of texts, numbers and booleans only: cannot be
	}
	return append(text, '\n')
}

// schemaWriter gathers the definitions of nouns. In overlays nothing is needed, and null removes.
type schemaWriter struct{ definitions property }

func (w schemaWriter) noun(n *noun, overlay bool) property {
	properties, needed := property{}, []string{}
	for _, k := range n.keys {
		p := w.shape(k.shape, overlay || n.name == "environment")
		p["description"] = k.doc
		if k.standard != "" && !overlay {
			p["default"] = defaultOf(k)
		}
		if example := decodeExample(k.example); example != nil {
			p["examples"] = []any{example}
		}
		properties[k.name] = p
		if k.needed && !overlay && n.name == "route" { // the others may come from another file or overlay
			needed = append(needed, k.name)
		}
	}
	made := property{"type": "object", "properties": properties, "additionalProperties": false}
	if len(needed) > 0 {
		made["required"] = needed
	}
	return made
}

// refer is a reference to a noun's definition, which is made when it is first needed.
func (w schemaWriter) refer(n *noun, overlay bool) property {
	name := n.name
	if overlay {
		name += "-overlay"
	}
	if _, made := w.definitions[name]; !made {
		w.definitions[name] = property{} // ends a circle
		w.definitions[name] = w.noun(n, overlay)
	}
	return property{"$ref": "#/$defs/" + name}
}

func (w schemaWriter) shape(s *shape, overlay bool) property {
	var all []any
	expression, empty := false, overlay
	for one := s; one != nil; one = one.or {
		switch {
		case one.item != nil:
			all = append(all, property{"type": "array", "items": w.shape(one.item, false)})
		case one.noun != nil:
			all, empty = append(all, w.refer(one.noun, overlay)), true
		case one.value != nil:
			names := property{}
			if one.names.pattern != "" {
				names["pattern"] = one.names.pattern
			}
			all, empty = append(all, property{"type": "object", "propertyNames": names, "additionalProperties": w.shape(one.value, overlay)}), true
		case one.parse != nil:
			all = append(all, scalarSchema(one))
			expression = expression || !one.literal && narrow(one)
		}
	}
	if expression {
		all = append(all, property{"type": "string", "pattern": `\$\{`})
	}
	if empty {
		all = append(all, property{"type": "null"})
	}
	if len(all) == 1 {
		return all[0].(property)
	}
	return property{"anyOf": all}
}

// narrow tells whether an expression would not fit the schema of the scalar by itself.
func narrow(s *shape) bool {
	return s.enum != nil || s.pattern != "" || !strings.Contains(s.kind, "string")
}

func scalarSchema(s *shape) property {
	p := property{}
	if kinds := strings.Split(s.kind, "|"); len(kinds) == 1 {
		p["type"] = s.kind
	} else {
		p["type"] = kinds
	}
	if s.pattern != "" {
		p["pattern"] = s.pattern
	}
	if s.enum != nil {
		values := []any{}
		for _, one := range s.enum {
			values = append(values, jsonOf(one, s.kind))
		}
		p["enum"] = values
	}
	return p
}

// defaultOf is a default in the type that the key has.
func defaultOf(k key) any { return jsonOf(k.standard, k.shape.scalar().kind) }

func jsonOf(text, kind string) any {
	switch kind {
	case "integer":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case "boolean":
		return text == "true"
	}
	return text
}

// decodeExample reads a table's example as the file's parser would.
func decodeExample(example string) any {
	n, found := parse(newFile("", []byte(example), ""))
	if n == nil || len(found) > 0 {
		return nil
	}
	return jsonNode(n)
}

func jsonNode(n *node) any {
	switch n.form {
	case table:
		all := property{}
		for _, e := range n.keys {
			all[e.key] = jsonNode(e.value)
		}
		return all
	case list:
		all := []any{}
		for _, item := range n.items {
			all = append(all, jsonNode(item))
		}
		return all
	}
	return plainNode(n)
}
