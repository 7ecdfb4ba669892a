package spec

import (
	"path/filepath"

	"github.com/banyan-run/banyan/internal/contract"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

var contractPath = shape{says: "the path of an OpenAPI document", forms: []form{text}, parse: parseText, literal: true, kind: "string"}

// contract reads the document that a service names, and reports what is wrong in it at its own lines. It is watched as the
// application's files are.
func (s scope) contract() graph.Contract {
	name, at := valueOf[string](s, "contract")
	if name == "" {
		return graph.Contract{}
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(at.file.folder, path)
	}
	c := graph.Contract{File: path, Shown: name, At: at.position()}
	if below, err := filepath.Rel(s.root, path); err == nil {
		c.Shown = filepath.ToSlash(below)
	}
	text, err := read(path)
	f := newFile(path, text, c.Shown)
	s.contracts = append(s.contracts, f)
	if err != nil {
		s.add(refuse(at, diag.FileUnreadable, "the contract %s of %s cannot be read: %s", name, s.path, because(err)).
			WithHint("check the path, which is relative to the file that names it"))
		return c
	}
	_, found := contract.Read(c.Shown, text)
	for _, d := range found {
		d.At.Column = f.column(d.At.Line, d.At.Column)
		s.add(d)
	}
	c.Text = string(text)
	return c
}
