package contract

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// document is the part of an OpenAPI document that answers are held against.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct {
		Schemas   map[string]schema
		Responses map[string]response
	}
}

type operation struct {
	Summary   string
	Responses map[string]response
}

type response struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct{ Schema schema }
}

type schema struct {
	Ref        string `yaml:"$ref"`
	Type       string
	Enum       []string
	Required   []string
	Properties map[string]schema
	Additional *schema `yaml:"additionalProperties"`
	Items      *schema
}

func read(t *testing.T) document {
	t.Helper()
	var d document
	text, err := os.ReadFile("openapi.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &d)
	}
	if err != nil || d.OpenAPI != "3.1.0" {
		t.Fatalf("reading the contract, OpenAPI %q: %v", d.OpenAPI, err)
	}
	return d
}

// operations are keyed as net/http writes a pattern.
func (d document) operations() map[string]operation {
	all := map[string]operation{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			all[strings.ToUpper(method)+" "+path] = o
		}
	}
	return all
}

func (d document) response(r response) response {
	if name, is := strings.CutPrefix(r.Ref, "#/components/responses/"); is {
		return d.Components.Responses[name]
	}
	return r
}

// differences tells where a value is not what the schema says. A property that the schema does not name is a difference
// too: what is answered and not declared is how a contract becomes untrue.
func (d document) differences(at string, s schema, value any) []string {
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		known, there := d.Components.Schemas[name]
		if !there {
			return []string{at + ": the contract lacks the schema " + name}
		}
		return d.differences(at, known, value)
	}
	if is := kind(value, s.Type); is != s.Type {
		return []string{fmt.Sprintf("%s is of type %s, not %s", at, is, s.Type)}
	}
	switch value := value.(type) {
	case map[string]any:
		return d.object(at, s, value)
	case []any:
		var all []string
		for i, item := range value {
			all = append(all, d.differences(fmt.Sprintf("%s[%d]", at, i), *s.Items, item)...)
		}
		return all
	case string:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
			return []string{fmt.Sprintf("%s is %q, none of %v", at, value, s.Enum)}
		}
	}
	return nil
}

func (d document) object(at string, s schema, value map[string]any) []string {
	var all []string
	for _, name := range s.Required {
		if _, there := value[name]; !there {
			all = append(all, at+" lacks "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		property, declared := s.Properties[name]
		if !declared && s.Additional != nil {
			property, declared = *s.Additional, true
		}
		if !declared {
			all = append(all, at+"."+name+" is not declared")
			continue
		}
		all = append(all, d.differences(at+"."+name, property, value[name])...)
	}
	return all
}

// kind is the value's JSON type; a whole number is an integer where one is asked for.
func kind(value any, wanted string) string {
	switch value := value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if wanted == "integer" && value == float64(int64(value)) {
			return wanted
		}
		return "number"
	}
	return "null"
}
