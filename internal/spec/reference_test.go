package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestTheReferenceIsCurrent(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "file.md")
	if *update {
		if err := os.WriteFile(path, Reference(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(text, Reference()) {
		t.Fatalf("docs/reference/file.md is not what the tables say (make generate writes it): %v", err)
	}
}

func TestTheReferenceHasEveryKey(t *testing.T) {
	text := string(Reference())
	for _, n := range nouns() {
		for _, k := range n.keys {
			if !strings.Contains(text, plainly(k.doc)+"\n\n```yaml\n") || !strings.Contains(text, k.name+": "+k.example+"\n") {
				t.Errorf("%s.%s stands nowhere with its sentence and its example", n.name, k.name)
			}
		}
	}
}

var (
	block   = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	topMost = regexp.MustCompile(`(?m)^([a-zA-Z$]+):`)
)

// An example is what a person pastes: it must pass in a file that has the rest.
func TestTheExamplesOfTheReferenceLoad(t *testing.T) {
	found := block.FindAllSubmatch(Reference(), -1)
	if len(found) < 40 {
		t.Errorf("%d examples only", len(found))
	}
	for _, m := range found {
		example := string(m[1])
		folder := t.TempDir()
		write(t, filepath.Join(folder, "services", "orders.yaml"), "services: {orders: {run: ./orders}}\n")
		write(t, filepath.Join(folder, "openapi.yaml"), "openapi: 3.1.0\ninfo: {title: orders, version: '1'}\npaths: {}\n")
		options := Options{File: write(t, filepath.Join(folder, fileName), lacking(example))}
		if strings.HasPrefix(example, "environments:") {
			options.Environment = "staging"
		}
		if !strings.HasPrefix(example, "include:") && !strings.Contains(example, "banyan: ") {
			write(t, filepath.Join(folder, "example.yaml"), example)
		}
		if _, wrong := Load(options); len(wrong) > 0 {
			t.Errorf("%s\n%v", example, wrong)
		}
	}
}

// lacking is the file that has what an example lacks, and includes it.
func lacking(example string) string {
	top := topMost.FindStringSubmatch(example)[1]
	text := ""
	for _, line := range []string{"banyan: 1\n", "app: shop\n"} {
		if !strings.HasPrefix(line, top+":") {
			text += line
		}
	}
	switch top {
	case "banyan", "app", "include", "$schema":
		return text + example
	case "services":
		return text + "include: [example.yaml]\nservices: {catalog: {run: ./catalog}}\n" +
			"resources: {kv: {run: ./kv}}\ntasks: {migrate: {run: ./migrate}, seed: {run: ./seed}}\n"
	case "tasks":
		return text + "include: [example.yaml]\nservices: {orders: {run: ./orders}}\ntasks: {generate: {run: ./generate}}\n"
	case "external":
		return text + "include: [example.yaml]\n"
	}
	return text + "include: [example.yaml]\nservices: {orders: {run: ./orders}, payments: {run: ./payments}}\nexternal: {bank: {url: \"https://bank.example\"}}\n"
}
