package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed page.html
var text string

var layout = template.Must(template.New("page").Parse(text))

// show answers with one of the parts of page.html inside the frame.
func show(w http.ResponseWriter, status int, part string, data any) error {
	var body bytes.Buffer
	if err := layout.Execute(&body, map[string]any{"Part": part, "Data": data}); err != nil {
		return fmt.Errorf("making %s: %w", part, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a browser that has left needs no answer
	return nil
}
