package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/problem"
)

// judge holds a request against its operation: its parameters, then its body.
func (d *Document) judge(o asked, q Request) *problem.Cause {
	values, err := url.ParseQuery(q.Query)
	if err != nil {
		return d.refuse(400, o.key, "the query cannot be read: %s", brief(err.Error()))
	}
	for _, p := range d.parameters(o.operation) {
		if c := d.parameter(p, o, q, values); c != nil {
			return c
		}
	}
	return d.body(o, q)
}

// parameters are those of the operation, and those of its path that it does not declare anew.
func (d *Document) parameters(o *operation) []node {
	var all []node
	for _, from := range []node{o.node, o.item} {
		for one := range from.get("parameters").items {
			p := d.follow(one)
			same := func(other node) bool {
				return other.get("name").text() == p.get("name").text() && other.get("in").text() == p.get("in").text()
			}
			if p.isMap() && !slices.ContainsFunc(all, same) {
				all = append(all, p)
			}
		}
	}
	return all
}

// parameter holds one. Those of cookies are left to the service, and so are fields that HTTP itself gives a meaning (OpenAPI 3.1,
// Parameter Object).
func (d *Document) parameter(p node, o asked, q Request, query url.Values) *problem.Cause {
	name := p.get("name").text()
	var given []string
	switch in := p.get("in").text(); in {
	case "path":
		if value, there := o.values[name]; there {
			given = []string{value}
		}
	case "query":
		given = query[name]
	case "header":
		if lower := strings.ToLower(name); lower == "accept" || lower == "content-type" || lower == "authorization" {
			return nil
		}
		given = q.field(name)
	default:
		return nil
	}
	what := "the " + p.get("in").text() + " parameter " + brief(name)
	if len(given) == 0 {
		if !p.get("required").yes() || p.get("in").text() == "query" && d.spread(p, query) {
			return nil
		}
		return d.refuse(400, p, "%s is missing", what)
	}
	if found := d.textual(p, what, given); found.says != "" {
		return d.refuse(400, found.at, "%s", found.says)
	}
	return nil
}

// spread tells whether a parameter that is an object may stand in the query under the names of its properties.
func (d *Document) spread(p node, query url.Values) bool {
	return len(query) > 0 && d.view(p.get("schema")).kind() == "object"
}

// textual holds the texts of a parameter against its schema.
func (d *Document) textual(p node, what string, given []string) difference {
	h, schema := &held{Document: d}, p.get("schema")
	v := d.view(schema)
	switch v.kind() {
	case "object":
		return difference{}
	case "array":
		if explode := p.get("explode"); len(given) == 1 && (explode.there() && !explode.yes() || p.get("in").text() != "query") {
			given = strings.Split(given[0], ",")
		}
		items := v.get("items")
		list := make([]any, len(given))
		for i, text := range given {
			list[i] = typed(d.view(items).kind(), text)
		}
		return h.value(schema, what, list, 0)
	}
	return h.value(schema, what, typed(v.kind(), given[0]), 0)
}

// typed reads a text as the type that is declared; one that is none of it stays a text, which the schema then refuses.
func typed(kind, text string) any {
	switch kind {
	case "integer", "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil && json.Valid([]byte(text)) {
			return json.Number(text)
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	}
	return text
}

// body holds the body against what the operation takes.
func (d *Document) body(o asked, q Request) *problem.Cause {
	declared := d.follow(o.node.get("requestBody"))
	if !declared.isMap() {
		return nil // more than is asked for does no harm
	}
	if len(q.Body) == 0 {
		if declared.get("required").yes() {
			return d.refuse(400, declared, "%s needs a body", o)
		}
		return nil
	}
	kind, media := d.bodyType(declared, q.field("Content-Type"))
	if !media.there() {
		if all := names(declared.get("content")); all != "" {
			return d.refuse(415, declared, "the body is %s, and %s takes %s", kind, o, all)
		}
		return nil
	}
	if !isJSON(kind) {
		return nil
	}
	value, err := decode(q.Body)
	if err != nil {
		return d.refuse(400, declared, "the body is no JSON: %s", brief(err.Error()))
	}
	if found := (&held{Document: d}).value(media.get("schema"), "the body", value, 0); found.says != "" {
		return d.refuse(400, found.at, "%s", found.says)
	}
	return nil
}

// bodyType is the declared type that a body has; a body without a type is of the first one that is declared.
func (d *Document) bodyType(declared node, given []string) (string, node) {
	content := declared.get("content")
	wanted := ""
	if len(given) > 0 {
		wanted = bare(given[0])
	}
	for key, media := range content.entries {
		kind := bare(key.Value)
		group, any := strings.CutSuffix(kind, "*")
		if wanted == "" || kind == wanted || any && (kind == "*/*" || strings.HasPrefix(wanted, group)) {
			return pick(wanted == "", kind, wanted), d.follow(media)
		}
	}
	return pick(wanted == "", "of no type", brief(wanted)), none
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

var errMore = errors.New("more follows its value")

// decode reads one JSON value and keeps numbers as they were written.
func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errMore
	}
	return value, nil
}
