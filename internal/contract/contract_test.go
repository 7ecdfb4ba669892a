package contract

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

const shelf = `openapi: 3.1.0
info: {title: shelf, version: 1.0.0}
servers: [{url: "https://shelf.example/api/v1"}, {url: /}]
paths:
  /books:
    get:
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: tag, in: query, schema: {type: array, items: {type: string, enum: [old, new]}}}
        - {name: X-Shop, in: header, required: true, schema: {type: string, pattern: "^[a-z]+$"}}
      responses:
        "500": {description: broken}
        "200":
          description: all
          headers:
            ETag: {schema: {type: string, example: '"v1"'}}
            Content-Length: {schema: {type: integer}}
          content:
            text/plain: {example: "a, b"}
            application/json:
              examples:
                some: {value: [{id: 1, title: "A <b> & ü"}]}
                empty: {value: []}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        4XX: {description: not, content: {application/problem+json: {schema: {type: object, properties: {title: {type: string}}}}}}
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: one, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}}}
    delete: {responses: {"204": {description: gone}}}
  /books/newest:
    get: {responses: {default: {description: it, content: {"*/*": {schema: {const: newest}}}}}}
  /covers/{name}.{kind}:
    get: {responses: {"200": {description: it, content: {text/plain: {schema: {type: string, maxLength: 3}}, image/png: {schema: {type: object}}}}}}
components:
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        id: {type: integer, readOnly: true, examples: [7]}
        title: {type: string, minLength: 2}
        isbn: {type: string, pattern: "^97[89]-[0-9]{3}$"}
        year: {type: [integer, "null"], minimum: 1900, maximum: 2100}
        sequel: {$ref: "#/components/schemas/Book"}
        similar: {type: array, items: {$ref: "#/components/schemas/Book"}}
        secret: {type: string, writeOnly: true}
        author: {allOf: [{$ref: "#/components/schemas/Person"}, {type: object, properties: {born: {type: string, format: date}}}]}
    Person: {type: object, required: [name], properties: {name: {type: string}}}
`

func read(t testing.TB, text string) *Document {
	t.Helper()
	d, found := Read("shelf.yaml", []byte(text))
	if d == nil {
		t.Fatal(found)
	}
	return d
}

// ask sends `METHOD target` and fields.
func ask(d *Document, what, body string, fields ...string) (Answer, string) {
	method, target, _ := strings.Cut(what, " ")
	path, query, _ := strings.Cut(target, "?")
	header := http.Header{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		header.Add(name, value)
	}
	answer, refusal := d.Answer(Request{Method: method, Path: path, Query: query, Header: header.Values, Body: []byte(body)})
	if refusal != nil {
		return Answer{Status: refusal.Status}, refusal.Fix.Position().String() + " " + refusal.Detail
	}
	return answer, ""
}

func TestAnswers(t *testing.T) {
	const shop, book = "X-Shop: a", `{"id":7,"title":"string","isbn":"978-111","year":1900,"similar":[],"author":{"name":"string","born":"2024-01-01"}}`
	d := read(t, shelf)
	for _, row := range []struct {
		says, what, body string
		fields           []string
		status           int
		want             string
	}{
		{"the first success and its first example", "GET /books", "", []string{shop}, 200, `[{"id":1,"title":"A <b> & ü"}]`},
		{"the example that Prefer names", "GET /books", "", []string{shop, "Prefer: example=empty"}, 200, `[]`},
		{"the status that Prefer names", "GET /books", "", []string{shop, "Prefer: code=500"}, 500, ``},
		{"a status within a declared range", "POST /books", `{"title": "It"}`, []string{"Prefer: wait=1, code=409"}, 409, `{"title":"string"}`},
		{"the type that Accept prefers", "GET /books", "", []string{shop, "Accept: text/*, application/json;q=0.5"}, 200, `a, b`},
		{"a value of the schema, where there is no example; what would never end is left out", "GET /books/7", "", nil, 200, book},
		{"the more exact path first", "GET /books/newest", "", nil, 200, `"newest"`},
		{"the path of a server before it", "GET /api/v1/books/newest", "", nil, 200, `"newest"`},
		{"no body where none is declared", "DELETE /books/7", "", nil, 204, ``},
		{"HEAD as GET", "HEAD /books/newest", "", nil, 200, `"newest"`},
		{"two parameters in one segment", "GET /covers/dune.jpg", "", nil, 200, `str`},
		{"a body that fits", "POST /books", `{"title": "Dune", "year": null, "sequel": {"title": "Messiah"}}`, []string{"Content-Type: application/json; charset=utf-8"}, 201, book},
		{"an escaped path", "GET /%62ooks/newest", "", nil, 200, `"newest"`},
	} {
		answer, refusal := ask(d, row.what, row.body, row.fields...)
		if got := strings.TrimSuffix(string(answer.Body), "\n"); answer.Status != row.status || got != row.want || refusal != "" {
			t.Errorf("%s: %d %s%s\nwant %d %s", row.says, answer.Status, got, refusal, row.status, row.want)
		}
		again, _ := ask(d, row.what, row.body, row.fields...)
		if string(again.Body) != string(answer.Body) {
			t.Errorf("%s: another answer to the same request", row.says)
		}
	}
	answer, _ := ask(d, "GET /books", "", shop)
	if len(answer.Fields) != 1 || answer.Fields[0] != (Field{"ETag", `"v1"`}) {
		t.Errorf("the head has %v", answer.Fields)
	}
	if answer.At.Line != 13 || answer.At.File != "shelf.yaml" {
		t.Errorf("it is made from %s", answer.At)
	}
}

func TestRefusalsNameTheLine(t *testing.T) {
	const shop = "X-Shop: a"
	d := read(t, shelf)
	for _, row := range []struct {
		says, what, body string
		fields           []string
		status           int
		want             string
	}{
		{"no such path", "GET /boks", "", nil, 404, "shelf.yaml:5:3 the contract shelf.yaml has no path that fits /boks; did you mean /books?"},
		{"no such method", "PATCH /books/7", "", nil, 405, "shelf.yaml:31:3 the contract has no PATCH of /books/7, only DELETE, GET"},
		{"a parameter that is missing", "GET /books", "", nil, 400, "shelf.yaml:10:11 the header parameter X-Shop is missing"},
		{"a parameter of another type", "GET /books?page=two", "", []string{shop}, 400, "shelf.yaml:8:50 the query parameter page is a string and not an integer"},
		{"a parameter below its bound", "GET /books?page=0", "", []string{shop}, 400, "shelf.yaml:8:68 the query parameter page is less than 1"},
		{"an item that is none of the list", "GET /books?tag=old&tag=odd", "", []string{shop}, 400, `the query parameter tag[1] is none of "old", "new"`},
		{"a field that does not match", "GET /books", "", []string{"X-Shop: A"}, 400, "does not match ^[a-z]+$"},
		{"a part of the path of another type", "GET /books/x", "", nil, 400, "the path parameter id is a string and not an integer"},
		{"no body", "POST /books", "", nil, 400, "POST /books needs a body"},
		{"a body of another type", "POST /books", "title=x", []string{"Content-Type: text/plain"}, 415, "the body is text/plain, and POST /books takes application/json"},
		{"a body that is no JSON", "POST /books", "{", nil, 400, "the body is no JSON: unexpected EOF"},
		{"a body with more behind it", "POST /books", `{"title": "It"} {}`, nil, 400, "more follows its value"},
		{"a member that is missing, deep", "POST /books", `{"title": "It", "similar": [{}]}`, nil, 400, "the body.similar[0] has no title"},
		{"a member of another type", "POST /books", `{"title": 5}`, nil, 400, "the body.title is a number and not a string"},
		{"an answer of no declared status", "GET /books", "", []string{shop, "Prefer: code=404"}, 400, "GET /books declares no answer 404, only 200, 500"},
		{"an example that is not there", "GET /books", "", []string{shop, "Prefer: example=many"}, 400, "there is no example many with a value, only some, empty"},
		{"no type that Accept takes", "GET /books", "", []string{shop, "Accept: image/png"}, 406, "Accept takes none of that"},
		{"a picture that no schema makes", "GET /covers/a.png", "", []string{"Accept: image/png"}, 501, "a body of image/png cannot be made from its schema"},
		{"a query that cannot be read", "GET /books?%zz", "", []string{shop}, 400, "the query cannot be read"},
	} {
		answer, refusal := ask(d, row.what, row.body, row.fields...)
		if answer.Status != row.status || !strings.Contains(refusal, row.want) || !strings.HasPrefix(refusal, "shelf.yaml:") {
			t.Errorf("%s: %d %s\nwant %d %s", row.says, answer.Status, refusal, row.status, row.want)
		}
	}
}

func TestValuesOfSchemas(t *testing.T) {
	for _, row := range []struct{ says, schema, want string }{
		{"an example before all", `{type: integer, example: 5, default: 4, enum: [1]}`, `5`},
		{"a default before the first of a list", `{type: integer, default: 4, enum: [1]}`, `4`},
		{"the first of a list", `{enum: [b, a]}`, `"b"`},
		{"a bound", `{type: integer, minimum: 10}`, `10`},
		{"a bound that is not reached, in 3.1", `{type: integer, exclusiveMinimum: 10}`, `11`},
		{"a bound that is not reached, in 3.0", `{type: integer, minimum: 10, exclusiveMinimum: true}`, `11`},
		{"below an upper bound", `{type: integer, maximum: -3}`, `-3`},
		{"a step", `{type: integer, minimum: 10, multipleOf: 4}`, `12`},
		{"a number", `{type: number, minimum: 0.5}`, `1`},
		{"a boolean", `{type: boolean}`, `true`},
		{"a format", `{type: string, format: uuid}`, `"00000000-0000-4000-8000-000000000001"`},
		{"a length", `{type: string, minLength: 8}`, `"stringst"`},
		{"a pattern with a length", `{type: string, pattern: "^[A-Z]+$", minLength: 4}`, `"AAAA"`},
		{"a pattern with a choice", `{type: string, pattern: "^(ab|cd)\\d{2,}x?$"}`, `"ab11"`},
		{"a pattern of another language", `{type: string, pattern: "^(?=a)b"}`, `"string"`},
		{"a pattern that repeats nothing, again and again", `{type: string, pattern: "^((((((\\b)*)*)*)*)*)*$", minLength: 1}`, `""`},
		{"a list with as many as there must be", `{type: array, minItems: 2, items: {type: boolean}}`, `[true,true]`},
		{"a list that may have none", `{type: array, maxItems: 0, items: {type: boolean}}`, `[]`},
		{"a map of anything", `{type: object, additionalProperties: {type: integer}}`, `{"key":1}`},
		{"the first choice that is not null", `{oneOf: [{type: "null"}, {type: string}]}`, `"string"`},
		{"a type that is left to be seen", `{properties: {a: {maxLength: 2}}}`, `{"a":"st"}`},
		{"nothing said", `{}`, `{}`},
		{"a list of itself", `{$ref: "#/components/schemas/Tree"}`, `{"children":[]}`},
		{"what can have no value", `{$ref: "#/components/schemas/Endless"}`, `null`},
		{"a number as YAML writes it", `{example: 0x10}`, `16`},
		{"no number in JSON", `{example: .inf}`, `".inf"`},
		{"an anchor", `{example: {a: &a [1], b: *a}}`, `{"a":[1],"b":[1]}`},
	} {
		d := read(t, `openapi: 3.0.3
paths: {/x: {get: {responses: {"200": {description: it, content: {application/json: {schema: `+row.schema+`}}}}}}}
components:
  schemas:
    Tree: {type: object, properties: {children: {type: array, items: {$ref: "#/components/schemas/Tree"}}}}
    Endless: {type: object, required: [next], properties: {next: {$ref: "#/components/schemas/Endless"}}}
`)
		answer, refusal := ask(d, "GET /x", "")
		if got := strings.TrimSpace(string(answer.Body)); got != row.want || refusal != "" {
			t.Errorf("%s: %s is %s %s, want %s", row.says, row.schema, got, refusal, row.want)
		}
	}
}

// What a mock answers is a value of the schema that it was made from.
func TestWhatIsMadeIsHeld(t *testing.T) {
	d := read(t, shelf)
	answer, _ := ask(d, "GET /books/7", "")
	value, err := decode(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if found := (&held{Document: d}).value(d.resolve("#/components/schemas/Book"), "it", value, 0); found.says != "" {
		t.Error(found.says)
	}
}

// Whoever sends a long list to a long list of what may be in it keeps nobody busy for long.
func TestWhatIsComparedIsBounded(t *testing.T) {
	const many = 2000
	d := read(t, `openapi: 3.1.0
paths: {/x: {get: {responses: {default: {description: it}}}}}
components: {schemas: {Words: {type: array, items: {enum: [`+strings.Repeat("a, ", many)+`b]}}}}
`)
	var list []any
	for range many {
		list = append(list, "b")
	}
	h := &held{Document: d}
	if found := h.value(d.resolve("#/components/schemas/Words"), "it", list, 0); found.says != "" || h.looked < mostLooked {
		t.Errorf("%s after %d comparisons", found.says, h.looked)
	}
	if found := (&held{Document: d}).value(d.resolve("#/components/schemas/Words"), "it", []any{"b", "c"}, 0); !strings.Contains(found.says, "it[1] is none of") {
		t.Errorf("a short list: %q", found.says)
	}
}

func TestBadContracts(t *testing.T) {
	for _, row := range []struct{ says, text, want string }{
		{"nothing", ``, "c.yaml:1:1: error BYN-1002: the contract is empty"},
		{"no YAML", "openapi: 3.1.0\npaths: [", "c.yaml:2:1: error BYN-1002: the contract is neither YAML nor JSON: did not find expected node content"},
		{"a list", `[]`, "c.yaml:1:1: error BYN-1004: the contract is no map"},
		{"an older version", `swagger: "2.0"`, "c.yaml:1:10: error BYN-1005: this is a document of Swagger 2"},
		{"a newer version", `openapi: 4.0.0`, "c.yaml:1:10: error BYN-1005: OpenAPI 4.0.0 is not read"},
		{"no version", `paths: {}`, "c.yaml:1:1: error BYN-1006: the contract has no openapi"},
		{"no paths", `openapi: 3.1.0`, "c.yaml:1:1: error BYN-1006: the contract has no paths"},
		{"a path that is none", "openapi: 3.1.0\npaths:\n  x: {}", "c.yaml:3:3: error BYN-1005: the path x cannot be used: it does not begin with a slash"},
		{"braces", "openapi: 3.1.0\npaths: {\"/a/{id\": {}}", "its braces do not match"},
		{"two that are the same", "openapi: 3.1.0\npaths:\n  /a/{x}: {get: {responses: {default: {description: x}}}}\n  /a/{y}: {get: {responses: {default: {description: x}}}}",
			"c.yaml:4:3: error BYN-1008: GET /a/{y} is the same as GET /a/{x}"},
		{"no responses", "openapi: 3.1.0\npaths:\n  /a: {get: {}}", "c.yaml:3:8: error BYN-1006: GET /a has no responses"},
		{"no status", "openapi: 3.1.0\npaths:\n  /a: {get: {responses: {ok: {description: x}}}}", `c.yaml:3:26: error BYN-1005: "ok" is no status`},
		{"another file", "openapi: 3.1.0\npaths:\n  /a: {$ref: \"a.yaml\"}", "c.yaml:3:14: error BYN-1005: a.yaml leads out of this file"},
		{"nowhere", "openapi: 3.1.0\npaths:\n  /a: {$ref: \"#/b\"}", "c.yaml:3:14: error BYN-1005: #/b leads nowhere"},
		{"a circle", "openapi: 3.1.0\nb: {$ref: \"#/b\"}\npaths: {}", "c.yaml:2:11: error BYN-1005: #/b leads in a circle"},
		{"too large", strings.Repeat(" ", MaxSize+1), "larger than 1 MiB"},
		{"too deep", "openapi: 3.1.0\nx: " + strings.Repeat("[", 80) + strings.Repeat("]", 80), "nests deeper than 64 levels"},
	} {
		d, found := Read("c.yaml", []byte(row.text))
		if d != nil || !strings.Contains(found.Error(), row.want) || found[0].Hint == "" {
			t.Errorf("%s: %v, want %s", row.says, found, row.want)
		}
	}
}

func TestJSONIsReadToo(t *testing.T) {
	d, found := Read("c.json", []byte("{\n\t\"openapi\": \"3.0.0\",\n\t\"paths\": {\"/a\": {\"get\": {\"responses\": {\"200\": {\"description\": \"x\", \"content\": {\"application/json\": {\"example\": {\"n\": 1.50}}}}}}}}\n}"))
	if d == nil {
		t.Fatal(found)
	}
	if answer, refusal := ask(d, "GET /a", ""); string(answer.Body) != "{\"n\":1.50}\n" {
		t.Errorf("%s %s", answer.Body, refusal)
	}
}

// The contracts of the examples answer: every one of them can be mocked.
func TestTheContractsOfTheExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*/openapi.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, found := Read(file, text)
		if d == nil {
			t.Error(found)
			continue
		}
		for _, o := range d.operations {
			if _, refusal := d.Answer(Request{Method: o.method, Path: placeholder.ReplaceAllString(o.name.Value, "1")}); refusal != nil && refusal.Status != 400 {
				t.Errorf("%s: %s: %v", file, o, refusal)
			}
		}
	}
}

// FuzzAnswer: whatever the contract and the request are, nothing panics, JSON is JSON, and the same request has the same answer.
func FuzzAnswer(f *testing.F) {
	f.Add(shelf, "GET", "/books/7", "page=1", "code=200", `{"title": "It"}`)
	f.Add(shelf, "POST", "/books", "", "example=x", `{"title": 5}`)
	f.Add("openapi: 3.0.0\npaths: {/: {get: {responses: {2XX: {content: {a/b+json: {schema: &s {allOf: [*s]}}}}}}}}", "GET", "/", "", "", "")
	f.Add("openapi: 3.1.0\na: &a [*a]\npaths: {/a: {get: {responses: {default: {$ref: '#/paths'}}}}}", "GET", "/a", "", "", "")
	f.Fuzz(func(t *testing.T, text, method, path, query, prefer, body string) {
		d, found := Read("c.yaml", []byte(text))
		if (d == nil) != found.Failed() {
			t.Fatalf("%v", found)
		}
		if d == nil {
			return
		}
		q := Request{Method: method, Path: path, Query: query, Body: []byte(body), Header: func(string) []string { return []string{prefer} }}
		one, refusal := d.Answer(q)
		two, _ := d.Answer(q)
		switch {
		case string(one.Body) != string(two.Body) || one.Status != two.Status:
			t.Fatalf("%s and %s", one.Body, two.Body)
		case refusal != nil && (refusal.Code != diag.NotInContract || refusal.Fix == nil || refusal.Status < 400):
			t.Fatalf("%v", refusal)
		case refusal == nil && (one.Status < 200 || one.Status > 599):
			t.Fatalf("status %d", one.Status)
		case isJSON(one.Type) && one.Type != "" && len(one.Body) > 0 && !json.Valid(one.Body):
			t.Fatalf("%s is no JSON: %q", one.Type, one.Body)
		}
	})
}
