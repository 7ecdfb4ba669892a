package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func nouns() []*noun {
	return []*noun{
		&appNoun, &environmentNoun, &gatewayNoun, &routeNoun, &serviceNoun, &healthNoun, &exposeNoun, &watchNoun, &callNoun, &retryNoun, &externalNoun,
	}
}

func schema(t *testing.T) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSchemaHasTheKeysOfTheTables(t *testing.T) {
	root := schema(t)
	definitions := root["$defs"].(map[string]any)
	for _, n := range nouns() {
		defined := root
		if n != &appNoun {
			defined, _ = definitions[n.name].(map[string]any)
		}
		properties, _ := defined["properties"].(map[string]any)
		if len(properties) != len(n.keys) || defined["additionalProperties"] != false {
			t.Errorf("%s has %d keys in the schema and %d in its table", n.name, len(properties), len(n.keys))
		}
		for _, k := range n.keys {
			p, _ := properties[k.name].(map[string]any)
			if p["description"] != k.doc || p["examples"] == nil {
				t.Errorf("%s.%s is not described in the schema: %v", n.name, k.name, p)
			}
		}
	}
}

func TestEveryKeyIsDocumented(t *testing.T) {
	for _, n := range nouns() {
		for _, k := range n.keys {
			if !strings.HasSuffix(k.doc, ".") || k.example == "" {
				t.Errorf("%s.%s has no sentence or no example", n.name, k.name)
			}
			if k.standard != "" {
				if _, err := k.shape.scalar().parse(k.standard); err != nil {
					t.Errorf("the default of %s.%s is refused: %v", n.name, k.name, err)
				}
			}
			if slices.Contains(n.later, k.name) {
				t.Errorf("%s.%s is there and still to come", n.name, k.name)
			}
			if n.foreign[k.name] != "" {
				t.Errorf("%s.%s is there and said to be another's", n.name, k.name)
			}
		}
	}
}

// around puts an example where its key belongs, with all that the noun needs.
func around(n *noun, k key) string {
	value := fmt.Sprintf("%s: %s", k.name, k.example)
	service := func(keys string) string {
		return "services: {orders: {run: ./orders, " + keys + "}, catalog: {run: ./catalog}}"
	}
	needed := func(base string) string {
		for part := range strings.SplitSeq(base, ", ") {
			if name, _, _ := strings.Cut(part, ": "); name != k.name {
				value = part + ", " + value
			}
		}
		return "{" + value + "}"
	}
	switch n.name {
	case "gateway":
		return service("owner: us") + "\ngateway: {" + value + "}"
	case "route":
		return service("owner: us") + "\ngateway: {routes: [" + needed("path: \"/orders/**\", to: orders") + "]}"
	case "service":
		return "services: {orders: " + needed("run: ./orders") + ", catalog: {run: ./catalog}}\nresources: {kv: {run: ./kv}}\ntasks: {migrate: {run: ./migrate}}"
	case "task":
		return service("owner: us") + "\ntasks: {generate: {run: ./generate}, seed: " + needed("run: ./seed") + "}"
	case "once":
		return "tasks: {seed: {run: ./seed, once: {" + value + "}}}"
	case "hooks":
		return service("hooks: {"+value+"}") + "\ntasks: {migrate: {run: ./migrate}, seed: {run: ./seed}}"
	case "resource":
		if k.name != "run" && k.name != "url" {
			value += ", run: ./kv"
		}
		return "resources: {kv: {" + value + "}}"
	case "health", "watch", "expose":
		return service(n.name + ": {" + value + "}")
	case "call":
		return service("calls: {catalog: {" + value + "}}")
	case "retry":
		return service("calls: {catalog: {retry: {" + value + "}}}")
	case "external":
		if k.name == "health" || k.name == "contract" {
			value += ", url: \"https://bank.example\""
		}
		return "external: {bank: {" + value + "}}"
	case "telemetry":
		return "telemetry: {" + value + "}"
	case "keep":
		return "telemetry: {keep: {" + value + "}}"
	case "kept-spans", "kept-lines", "kept-metrics":
		return "telemetry: {keep: {" + strings.TrimPrefix(n.name, "kept-") + ": {" + value + "}}}"
	case "environment":
		return service("owner: us") + "\nexternal: {bank: {url: \"https://bank.example\"}}\nenvironments: {local: {" + value + "}}"
	}
	return ""
}

func TestExamplesLoad(t *testing.T) {
	for _, n := range nouns() {
		for _, k := range n.keys {
			t.Run(n.name+"."+k.name, func(t *testing.T) {
				folder := t.TempDir()
				write(t, filepath.Join(folder, "services", "orders.yaml"), "services: {orders: {run: ./orders}}\n")
				write(t, filepath.Join(folder, "openapi.yaml"), "openapi: 3.1.0\npaths: {}\n")
				text := topLevel(k)
				if n != &appNoun {
					text = "banyan: 1\napp: shop\n" + around(n, k) + "\n"
				}
				if _, found := Load(Options{File: write(t, filepath.Join(folder, fileName), text)}); len(found) > 0 {
					t.Fatalf("%s\n%v", text, found)
				}
			})
		}
	}
}

func topLevel(k key) string {
	text := fmt.Sprintf("%s: %s\n", k.name, k.example)
	if k.name == "groups" {
		text += "services: {orders: {run: ./orders}, payments: {run: ./payments}}\n"
	}
	for _, line := range []string{"banyan: 1\n", "app: shop\n"} {
		if !strings.HasPrefix(line, k.name+":") {
			text += line
		}
	}
	return text
}

// accepts is as much of JSON Schema as the tables write.
type accepts struct{ root map[string]any }

func (a accepts) value(s map[string]any, v any) string {
	if reference, is := s["$ref"].(string); is {
		return a.value(a.root["$defs"].(map[string]any)[strings.TrimPrefix(reference, "#/$defs/")].(map[string]any), v)
	}
	if all, is := s["anyOf"].([]any); is {
		var whys []string
		for _, one := range all {
			why := a.value(one.(map[string]any), v)
			if why == "" {
				return ""
			}
			whys = append(whys, why)
		}
		return strings.Join(whys, ", and ")
	}
	if !typed(s["type"], v) {
		return fmt.Sprintf("%v is no %v", v, s["type"])
	}
	switch v := v.(type) {
	case string:
		if p, is := s["pattern"].(string); is && !regexp.MustCompile(p).MatchString(v) {
			return fmt.Sprintf("%q does not match %s", v, p)
		}
	case []any:
		for _, item := range v {
			if why := a.value(s["items"].(map[string]any), item); why != "" {
				return why
			}
		}
	case map[string]any:
		return a.object(s, v)
	}
	if values, is := s["enum"].([]any); is && !slices.ContainsFunc(values, func(one any) bool { return reflect.DeepEqual(one, v) }) {
		return fmt.Sprintf("%v is none of %v", v, values)
	}
	return ""
}

func (a accepts) object(s, v map[string]any) string {
	properties, _ := s["properties"].(map[string]any)
	for _, name := range anyList(s["required"]) {
		if _, given := v[name.(string)]; !given {
			return fmt.Sprintf("%v is missing", name)
		}
	}
	for name, value := range v {
		p, known := properties[name].(map[string]any)
		if !known {
			if p, known = s["additionalProperties"].(map[string]any); !known {
				return "unknown " + name
			}
			if pattern, is := s["propertyNames"].(map[string]any)["pattern"].(string); is && !regexp.MustCompile(pattern).MatchString(name) {
				return name + " is no name"
			}
		}
		if why := a.value(p, value); why != "" {
			return name + ": " + why
		}
	}
	return ""
}

func anyList(v any) []any { all, _ := v.([]any); return all }

func typed(kinds, v any) bool {
	all, many := kinds.([]any)
	if !many {
		all = []any{kinds}
	}
	for _, kind := range all {
		switch v := v.(type) {
		case nil:
			if kind == "null" {
				return true
			}
		case string:
			if kind == "string" {
				return true
			}
		case bool:
			if kind == "boolean" {
				return true
			}
		case float64:
			if kind == "number" || kind == "integer" && v == float64(int64(v)) {
				return true
			}
		case []any:
			if kind == "array" {
				return true
			}
		case map[string]any:
			if kind == "object" {
				return true
			}
		}
	}
	return false
}

// document reads a file of the corpus as an editor would.
func document(t *testing.T, path string) any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, found := parse(newFile(path, text, path))
	if len(found) > 0 || n == nil {
		t.Skip("not YAML that an editor could read")
	}
	encoded, err := json.Marshal(jsonNode(n))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(encoded, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheSchemaAcceptsGoodFiles(t *testing.T) {
	a := accepts{schema(t)}
	for _, s := range samples(t, "good") {
		t.Run(s.name, func(t *testing.T) {
			if why := a.value(a.root, document(t, s.path)); why != "" {
				t.Fatal(why)
			}
		})
	}
}

func TestTheSchemaRefusesBadFiles(t *testing.T) {
	a := accepts{schema(t)}
	// What one file's form alone can tell; the rest needs the other files, names or values.
	for _, name := range []string{
		"key-unknown", "key-unknown-top", "key-unknown-in-overlay", "key-unknown-in-call", "later-keys", "type-number", "type-list", "type-text", "type-flag",
		"type-service", "value-duration", "value-protocol", "value-listen", "value-method", "value-host", "value-allow", "value-health", "name-bad", "missing-path",
		"missing-to", "path-slash", "value-version", "name-variable",
	} {
		t.Run(name, func(t *testing.T) {
			if why := a.value(a.root, document(t, filepath.Join("testdata", "bad", name+".yaml"))); why == "" {
				t.Fatal("the schema accepts it")
			}
		})
	}
}
