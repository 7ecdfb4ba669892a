package api

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/openapi.json again")

func TestTheDocumentIsCurrent(t *testing.T) {
	const path = "../../docs/openapi.json"
	document := append(Document(), '\n')
	if *update {
		if err := os.WriteFile(path, document, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(written, document) {
		t.Fatalf("docs/openapi.json is not what the table of operations says (make generate writes it): %v", err)
	}
}
