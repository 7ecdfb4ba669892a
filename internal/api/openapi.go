package api

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/problem"
)

// object is a JSON object; encoding/json sorts its keys, so that the document has the same bytes each time.
type object = map[string]any

// Document is the OpenAPI 3.1 document of the table.
func Document() []byte {
	schemas := models{}
	paths := object{}
	for _, op := range operations {
		item, _ := paths[op.Path].(object)
		if item == nil {
			item = object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = op.describe(schemas)
	}
	document, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Banyan control API", "version": "1",
			"description": "Answers on the control socket, and on loopback with the token of the run as a bearer token.",
		},
		"paths": paths,
		"components": object{
			"schemas":         schemas,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
		},
		"security": []object{{"token": []string{}}},
	}, "", "  ")
	if err != nil {
		panic(err) // only strings, lists and objects are in it
	}
	return document
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

func (op Operation) describe(schemas models) object {
	d := object{"operationId": op.ID, "summary": op.Summary, "responses": object{
		op.success(): op.answer(schemas),
		"default": object{"description": "A problem document (RFC 9457).", "content": object{
			problem.ContentType: object{"schema": schemas.of(reflect.TypeFor[problem.Problem]())},
		}},
	}}
	var parameters []object
	for _, m := range placeholder.FindAllStringSubmatch(op.Path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range op.Query {
		parameters = append(parameters, object{"name": p.Name, "in": "query", "description": p.About, "schema": object{"type": "string"}})
	}
	if parameters != nil {
		d["parameters"] = parameters
	}
	if op.In != nil {
		d["requestBody"] = object{"required": true, "content": object{
			"application/json": object{"schema": schemas.of(reflect.TypeOf(op.In))},
		}}
	}
	return d
}

func (op Operation) success() string {
	if op.Out == nil && op.Text == "" {
		return "204"
	}
	return "200"
}

func (op Operation) answer(schemas models) object {
	switch {
	case op.Stream:
		return object{"description": "Server-sent events, each of this schema.", "content": object{
			"text/event-stream": object{"schema": schemas.of(reflect.TypeOf(op.Out))}}}
	case op.Text != "":
		return object{"description": op.Summary, "content": object{op.Text: object{}}}
	case op.Out == nil:
		return object{"description": "Done."}
	}
	return object{"description": op.Summary, "content": object{
		"application/json": object{"schema": schemas.of(reflect.TypeOf(op.Out))}}}
}

// models are the schemas of the Go types, by name.
type models object

func (m models) of(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": m.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": m.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return object{"type": "string", "format": "date-time"}
		}
		return m.reference(t)
	}
	panic("api: no schema for " + t.String()) // a model of this package has a kind that it must not have
}

func (m models) reference(t reflect.Type) object {
	if _, there := m[t.Name()]; !there {
		m[t.Name()] = object{} // a type may hold itself
		properties, required := object{}, []string{}
		m.fields(t, properties, &required)
		m[t.Name()] = object{"type": "object", "properties": properties, "required": required}
	}
	return object{"$ref": "#/components/schemas/" + t.Name()}
}

func (m models) fields(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			m.fields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		schema := m.of(f.Type)
		if about := f.Tag.Get("doc"); about != "" {
			schema["description"] = about
		}
		properties[name] = schema
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}
