package spec

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
)

// The bounds of a tree: values with aliases written out, and how deep they nest.
const (
	maxNodes = 50_000
	maxMarks = 100_000
	maxDepth = 64
)

// parse reads the one document of a file. It is nil when the file has none or is not YAML.
func parse(f *file) (*node, diag.List) {
	if found := readable(f); len(found) > 0 {
		return nil, found
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return &node{form: table, at: f.start(), size: 1}, nil
	case err != nil:
		return nil, diag.List{syntax(f, err)}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		at := origin{file: f, line: second.Line, column: 1, width: 3}
		return nil, diag.List{refuse(at, diag.NotYAML, "the file has a second document").
			WithHint("one file describes one application: put the rest into a file of its own and name it under include")}
	case !errors.Is(err, io.EOF):
		return nil, diag.List{syntax(f, err)}
	}
	if len(document.Content) == 0 {
		return &node{form: table, at: f.start(), size: 1}, nil
	}
	c := converter{file: f, made: map[*yaml.Node]*node{}, open: map[*yaml.Node]bool{}}
	root := c.convert(document.Content[0], 0)
	if c.over {
		return nil, c.found
	}
	if root.form == nothing {
		root = &node{form: table, at: f.start(), size: 1}
	}
	return root, c.found
}

// readable refuses what the parser would need much memory for, and what it would refuse without a place.
func readable(f *file) diag.List {
	marks := 0
	for at, b := range f.text {
		switch {
		case b == ',' || b == '[' || b == '{' || b == '\n' || b == ':' || b == '-':
			if marks++; marks > maxMarks {
				return diag.List{tooLarge(f.start(), "the file has more values than an application can need")}
			}
		case strayLineEnd(f.text[at:]):
			return diag.List{refuse(f.place(at), diag.NotYAML, "the file holds a line end that is none to an editor").
				WithHint("end lines with a line feed, as editors do")}
		case b < ' ' && b != '\t' && b != '\r' || b == 0x7f:
			return diag.List{refuse(f.place(at), diag.NotYAML, "the file holds a control character (%#02x)", b).
				WithHint("save it as UTF-8 text")}
		}
	}
	if at := invalid(f.text); at >= 0 {
		return diag.List{refuse(f.place(at), diag.NotYAML, "the file is not UTF-8").WithHint("save it as UTF-8 text")}
	}
	return nil
}

// strayLineEnd tells whether text begins with a character that ends a line for the parser and not for an editor (YAML 1.1 §4.2):
// no place of the file after it could be told.
func strayLineEnd(text []byte) bool {
	if text[0] == '\r' {
		return len(text) < 2 || text[1] != '\n'
	}
	if text[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(text)
	return r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func tooLarge(at origin, format string, args ...any) diag.Diagnostic {
	return refuse(at, diag.TooLarge, format, args...).WithHint("split it with include, and write repeated parts out")
}

// refuse begins an error that underlines what stands at an origin.
func refuse(at origin, code diag.Code, format string, args ...any) diag.Diagnostic {
	d := diag.At(at.position(), code, format, args...)
	d.Width = at.width
	return d
}
