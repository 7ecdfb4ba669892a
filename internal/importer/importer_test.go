package importer

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// apps are the folders of the corpus: what is in one is imported as a person would, by its folder alone.
func apps(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(all) < 6 {
		t.Fatalf("the corpus has %d applications: %v", len(all), err)
	}
	return all
}

func imported(t *testing.T, folder string) Result {
	t.Helper()
	result, found := Import(Options{Folder: os.DirFS(folder), App: filepath.Base(folder)})
	if found.Failed() {
		t.Fatalf("importing: %s", found)
	}
	return result
}

func encoded(t *testing.T, r Report) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// golden compares with a file beside the application, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s differs:\n%s", path, got)
	}
}

func TestTheCorpusBecomesWhatAPersonWouldWrite(t *testing.T) {
	for _, folder := range apps(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			result := imported(t, folder)
			golden(t, filepath.Join(folder, "expected-banyan.yaml"), result.Text)
			golden(t, filepath.Join(folder, "expected-report.json"), encoded(t, result.Report))
		})
	}
}

// loaded reads what was written as banyan would, in a copy of the application's folder, with the variables that the report asks for.
func loaded(t *testing.T, folder string, r Result) *spec.Loaded {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(copied, "banyan.yaml")
	if err := os.WriteFile(path, r.Text, 0o600); err != nil {
		t.Fatal(err)
	}
	var environ []string
	for _, n := range r.Report.Needs {
		environ = append(environ, n.Name+"=given")
	}
	app, found := spec.Load(spec.Options{File: path, Environ: environ})
	if found.Failed() {
		t.Fatalf("what was written does not load: %s\n%s", found, r.Text)
	}
	return app
}

func TestWhatIsWrittenLoads(t *testing.T) {
	for _, folder := range apps(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			result := imported(t, folder)
			app := loaded(t, folder, result).App
			if len(app.Services) != result.Report.Services || len(app.External) != result.Report.External || len(app.Edge.Routes) != result.Report.Routes {
				t.Fatalf("the report counts %d, %d and %d; the file has %d services, %d external and %d routes",
					result.Report.Services, result.Report.External, result.Report.Routes, len(app.Services), len(app.External), len(app.Edge.Routes))
			}
		})
	}
}

// The values that must not be copied stand in the corpus's files as these words.
func TestNoSecretIsCopied(t *testing.T) {
	words := []string{"changeme", "correct horse", "sk_test_", "hunter2", "p4ssw0rd", "0123456789abcdef", "somewordpress"}
	seen := map[string]bool{}
	for _, folder := range apps(t) {
		result := imported(t, folder)
		for _, word := range words {
			if bytes.Contains(result.Text, []byte(word)) || bytes.Contains(encoded(t, result.Report), []byte(word)) {
				t.Errorf("%s: the secret %q was copied", folder, word)
			}
			for _, name := range result.Report.Read {
				text, err := os.ReadFile(filepath.Join(folder, name))
				seen[word] = seen[word] || err == nil && strings.Contains(string(text), word)
			}
		}
	}
	for _, word := range words {
		if !seen[word] {
			t.Errorf("no file of the corpus holds %q: the test would not see it copied", word)
		}
	}
}
