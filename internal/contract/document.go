package contract

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

// MaxSize bounds a document, in bytes.
const MaxSize = 1 << 20

// The bounds of what is walked: how deep values nest, and how many there are.
const (
	maxDepth = 64
	maxNodes = 100_000
)

// Document is a contract that was read without an error.
type Document struct {
	file       string
	root       node
	operations []*operation
	// bases are the paths of its servers, which may stand before those of its operations.
	bases []string
}

// Read reads a document. File is how it is named in diagnostics. The document is nil when the list has an error.
func Read(file string, text []byte) (*Document, diag.List) {
	d := &Document{file: file}
	if len(text) > MaxSize {
		return nil, d.refused(diag.TooLarge, 1, "the contract is larger than 1 MiB", "split the service, or keep examples short")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, d.refused(diag.NotYAML, 1, "the contract is empty", "write an OpenAPI document: openapi: 3.1.0")
	case err != nil:
		line, says := unreadable(err)
		return nil, d.refused(diag.NotYAML, line, "the contract is neither YAML nor JSON: "+says, "mend it there; indentation is by spaces")
	}
	if len(document.Content) > 0 {
		d.root = behind(document.Content[0])
	}
	c := checker{Document: d}
	c.document()
	if c.found.Sort(); c.found.Failed() {
		return nil, c.found
	}
	return d, nil
}

// File is how the document is named.
func (d *Document) File() string { return d.file }

func (d *Document) refused(code diag.Code, line int, says, hint string) diag.List {
	return diag.List{diag.At(diag.Position{File: d.file, Line: line, Column: 1}, code, "%s", says).WithHint("%s", hint)}
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// unreadable is the line and the words of an error of the YAML library, which tells lines in its text alone.
func unreadable(err error) (int, string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	m := yamlLine.FindStringSubmatchIndex(text)
	if m == nil {
		return 1, text
	}
	line, failed := strconv.Atoi(text[m[2]:m[3]])
	if failed != nil || line < 1 {
		line = 1
	}
	return line, text[m[1]:]
}

// checker finds all that a mock could stumble over.
type checker struct {
	*Document
	found diag.List
	nodes int
	// walked are the nodes below which nothing is looked at again: aliases lead there more than once.
	walked map[*yaml.Node]bool
}

func (c *checker) refuse(n node, code diag.Code, hint, format string, args ...any) {
	const most = 50 // nobody reads more, and each has its text
	if len(c.found) < most {
		d := diag.At(c.position(n), code, format, args...).WithHint("%s", hint)
		if n.isText() && n.Line > 0 {
			d.Width = len(n.Value)
			if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
				d.Width += len(`""`)
			}
		}
		c.found.Add(d)
	}
}

func (c *checker) document() {
	switch version := c.root.get("openapi"); {
	case !c.root.isMap():
		c.refuse(c.root, diag.WrongType, "it begins with openapi: 3.1.0", "the contract is no map")
		return
	case c.root.get("swagger").there():
		c.refuse(c.root.get("swagger"), diag.BadValue, "convert it to OpenAPI 3, which most editors do", "this is a document of Swagger 2")
		return
	case !version.there():
		c.refuse(c.root, diag.MissingKey, "add openapi: 3.1.0", "the contract has no openapi")
		return
	case !strings.HasPrefix(version.text(), "3.0") && !strings.HasPrefix(version.text(), "3.1"):
		c.refuse(version, diag.BadValue, "versions 3.0 and 3.1 are read", "OpenAPI %s is not read", brief(version.text()))
		return
	}
	c.walked = map[*yaml.Node]bool{}
	c.references(c.root, 0)
	c.servers()
	paths := c.root.get("paths")
	if !paths.isMap() {
		c.refuse(c.root, diag.MissingKey, "add paths: {/orders: {get: {responses: {\"200\": {description: all}}}}}", "the contract has no paths")
		return
	}
	for name, item := range paths.entries {
		if !c.broken(item) {
			c.path(name, c.follow(item))
		}
	}
}

// broken tells of a reference that was reported.
func (c *checker) broken(n node) bool { return n.get("$ref").isText() && !c.follow(n).there() }

// references walks the whole tree once: every $ref must lead somewhere.
func (c *checker) references(n node, depth int) {
	if !n.there() || c.walked[n.Node] {
		return
	}
	c.walked[n.Node] = true
	if c.nodes++; c.nodes == maxNodes || depth == maxDepth {
		c.refuse(n, diag.TooLarge, "write a smaller contract", "the contract has more than %d values, or nests deeper than %d levels", maxNodes, maxDepth)
	}
	if c.nodes >= maxNodes || depth >= maxDepth {
		return
	}
	for key, value := range n.entries {
		// Below properties a key may have any name, $ref too; a reference is a text.
		if key.Value == "$ref" && value.isText() {
			c.reference(value, n)
		}
		c.references(value, depth+1)
	}
	for item := range n.items {
		c.references(item, depth+1)
	}
}

func (c *checker) reference(ref, holder node) {
	switch name := ref.text(); {
	case !strings.HasPrefix(name, "#"):
		c.refuse(ref, diag.BadValue, "bundle the contract into one file; only references that begin with #/ are read", "%s leads out of this file", brief(name))
	case !c.resolve(name).there():
		c.refuse(ref, diag.BadValue, "mend the name, or add what it names", "%s leads nowhere", brief(name))
	case !c.follow(holder).there():
		c.refuse(ref, diag.BadValue, "write out what is meant", "%s leads in a circle", brief(name))
	}
}

// servers notes the paths of servers, without what is to be filled in.
func (c *checker) servers() {
	for server := range c.root.get("servers").items {
		text := server.get("url").text()
		if _, after, absolute := strings.Cut(text, "://"); absolute {
			_, path, _ := strings.Cut(after, "/")
			text = "/" + path
		}
		if text = strings.TrimRight(text, "/"); strings.HasPrefix(text, "/") && !strings.ContainsAny(text, "{?#") && !slices.Contains(c.bases, text) {
			c.bases = append(c.bases, text)
		}
	}
}

func (c *checker) path(name, item node) {
	pattern, err := parseTemplate(name.Value)
	switch {
	case strings.HasPrefix(name.Value, "x-"):
		return
	case err != nil:
		c.refuse(name, diag.BadValue, "write it as /orders/{id}", "the path %s cannot be used: %v", brief(name.Value), err)
		return
	case !item.isMap():
		c.refuse(name, diag.WrongType, "write its operations below it: get: {responses: {}}", "the path %s is no map", brief(name.Value))
		return
	}
	for key, value := range item.entries {
		method := strings.ToUpper(key.Value)
		if !slices.Contains(methods, method) || key.Value == method || c.broken(value) {
			continue
		}
		c.operation(&operation{method: method, template: pattern, name: name, item: item, key: key, node: c.follow(value)})
	}
}

var methods = []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"}

func (c *checker) operation(o *operation) {
	if !o.node.isMap() {
		c.refuse(o.key, diag.WrongType, "write what it answers: responses: {\"200\": {description: it}}", "%s is no map", o)
		return
	}
	for _, other := range c.operations {
		if other.method == o.method && other.template.same(o.template) {
			c.refuse(o.name, diag.DuplicateName, "remove one; names of parameters do not tell paths apart", "%s is the same as %s", o, other)
			return
		}
	}
	answers := o.node.get("responses")
	if !answers.isMap() || len(answers.Content) == 0 {
		c.refuse(o.key, diag.MissingKey, "add responses: {\"200\": {description: it}}", "%s has no responses", o)
	}
	for status, answer := range answers.entries {
		if !strings.HasPrefix(status.Value, "x-") && !isStatus(status.Value) {
			c.refuse(status, diag.BadValue, "write a status such as \"200\", a range such as 4XX, or default", "%q is no status", brief(status.Value))
		}
		if !c.broken(answer) && !c.follow(answer).isMap() {
			c.refuse(status, diag.WrongType, "write it as {description: it}", "the answer %s of %s is no map", brief(status.Value), o)
		}
	}
	c.operations = append(c.operations, o)
}

func isStatus(text string) bool {
	if text == "default" {
		return true
	}
	if len(text) != 3 || text[0] < '1' || text[0] > '5' {
		return false
	}
	if rest := text[1:]; strings.EqualFold(rest, "XX") {
		return true
	}
	_, err := strconv.Atoi(text)
	return err == nil
}

// brief bounds what a message repeats of a text that somebody else wrote.
func brief(text string) string {
	const most = 80
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}
