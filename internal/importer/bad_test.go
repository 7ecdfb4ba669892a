package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// The folder is the list: each file is imported alone, as its ending says, and refused with what stands beside it.
func TestBadInputIsRefusedWithItsLine(t *testing.T) {
	all, err := filepath.Glob("testdata/bad/*")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, path := range all {
		name, is := map[string]string{".compose": "compose.yaml", ".procfile": "Procfile", ".dotenv": ".env"}[filepath.Ext(path)]
		if !is {
			continue
		}
		tried++
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			result, found := Import(Options{Folder: fstest.MapFS{name: {Data: text}}})
			if !found.Failed() || len(result.Text) > 0 {
				t.Fatalf("it was imported:\n%s", result.Text)
			}
			var b strings.Builder
			if err := found.Render(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, path+".expected", []byte(b.String()))
		})
	}
	if tried < 20 {
		t.Fatalf("%d bad files only", tried)
	}
}

// Each of these took the square of its length once, which at a megabyte is minutes.
func TestLargeInputComesToAnEnd(t *testing.T) {
	many := func(text string) []byte { return []byte(strings.Repeat(text, maxFile/len(text)-8)) }
	compose := &fstest.MapFile{Data: []byte("services: {web: {build: ., command: a}}\n")}
	rows := []struct {
		sentence string
		folder   fstest.MapFS
	}{
		{"quoted values", fstest.MapFS{".env": {Data: many("A=\"b\"\n")}}},
		{"a quote that is never closed", fstest.MapFS{".env": {Data: append([]byte("A='"), many("B=\"\n")...)}}},
		{"continued lines", fstest.MapFS{"compose.yaml": compose, "Dockerfile": {Data: many("\\\n")}}},
		{"a document within a Dockerfile", fstest.MapFS{"compose.yaml": compose, "Dockerfile": {Data: append([]byte("RUN <<E\n"), many("a\n")...)}}},
		{"one line of many values", fstest.MapFS{"compose.yaml": {Data: []byte("services: {web: {build: ., command: [" + strings.Repeat("aaaaaaaaaaaaaaaaaaa,", 40000) + "]}}\n")}}},
		{"one value with many names", fstest.MapFS{"compose.yaml": {Data: []byte("services: {a: {build: ., command: a, environment: {X: \"" + strings.Repeat("a:1 ", 200000) + "\"}}}\n")}}},
		{"processes", fstest.MapFS{"Procfile": {Data: many("a: b\n")}}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			result, found := Import(Options{Folder: row.folder})
			if found.Failed() == (len(result.Text) > 0) {
				t.Fatalf("neither refused nor written: %d errors", len(found))
			}
		})
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	large := strings.Repeat("# long\n", maxFile/7+1)
	rows := []struct {
		sentence string
		folder   fstest.MapFS
		files    []string
		want     string
	}{
		{"an empty folder has nothing to import", fstest.MapFS{}, nil, "nothing to import"},
		{"a file that is named must be there", fstest.MapFS{}, []string{"prod.yaml"}, "prod.yaml cannot be read: file does not exist"},
		{"a folder is no file", fstest.MapFS{"compose.yaml/x": {}}, []string{"compose.yaml"}, "it is not a file"},
		{"what lies outside the folder is not read", fstest.MapFS{}, []string{"../compose.yaml"}, "it lies outside the folder"},
		{"a file over 1 MiB is refused", fstest.MapFS{"compose.yaml": {Data: []byte(large)}}, nil, "it is larger than 1 MiB"},
		{
			"two Compose files are not merged", fstest.MapFS{"a.yaml": {Data: []byte("services: {}\n")}, "b.yaml": {Data: []byte("services: {}\n")}},
			[]string{"a.yaml", "b.yaml"}, "is not merged",
		},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			_, found := Import(Options{Folder: row.folder, Files: row.files})
			if !found.Failed() || !strings.Contains(found.Error(), row.want) {
				t.Fatalf("found %v, want %q", found, row.want)
			}
		})
	}
}
