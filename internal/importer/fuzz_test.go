package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/banyan-run/banyan/internal/spec"
)

// sound holds for whatever bytes: no panic; errors within the files, or a text that banyan loads, the same each time.
func sound(t *testing.T, folder string, files fstest.MapFS) {
	t.Helper()
	result, found := Import(Options{Folder: files, App: "fuzz"})
	if found.Failed() {
		for _, d := range found {
			f := files[d.At.File]
			if f != nil && d.At.Line > strings.Count(string(f.Data), "\n")+1 {
				t.Fatalf("%s stands outside its file", d.Error())
			}
		}
		return
	}
	again, _ := Import(Options{Folder: files, App: "fuzz"})
	if string(again.Text) != string(result.Text) {
		t.Fatalf("two runs differ:\n%s\n%s", result.Text, again.Text)
	}
	if strings.Contains(string(result.Text), "dir: ..") || strings.Contains(string(result.Text), `dir: "..`) {
		t.Skip("a folder outside was named, which is not there")
	}
	path := filepath.Join(folder, "banyan.yaml")
	if err := os.WriteFile(path, result.Text, 0o600); err != nil {
		t.Fatal(err)
	}
	var environ []string
	for _, n := range result.Report.Needs {
		environ = append(environ, n.Name+"=given")
	}
	if _, wrong := spec.Load(spec.Options{File: path, Environ: environ}); wrong.Failed() {
		t.Fatalf("what was written does not load: %s\n%s", wrong, result.Text)
	}
}

// seeds are the corpus's files of some names, and the bad ones with an ending.
func seeds(f *testing.F, ending string, names ...string) {
	f.Helper()
	all, _ := filepath.Glob("testdata/bad/*" + ending)
	for _, name := range names {
		found, _ := filepath.Glob("testdata/corpus/*/" + name)
		deeper, _ := filepath.Glob("testdata/corpus/*/*/" + name)
		all = append(append(all, found...), deeper...)
	}
	if len(all) == 0 {
		f.Fatal("there are no seeds")
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 16<<10 {
			f.Add(text)
		}
	}
}

func fuzz(f *testing.F, with func(text []byte) fstest.MapFS) {
	f.Helper()
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 32<<10 {
			t.Skip("long files hold nothing that short ones do not")
		}
		sound(t, folder, with(text))
	})
}

func FuzzCompose(f *testing.F) {
	seeds(f, ".compose", composeNames...)
	dotenv := &fstest.MapFile{Data: []byte("TAG=1\nPASSWORD=verysecret\n")}
	fuzz(f, func(text []byte) fstest.MapFS {
		return fstest.MapFS{"compose.yaml": {Data: text}, ".env": dotenv}
	})
}

func FuzzProcfile(f *testing.F) {
	seeds(f, ".procfile", "Procfile")
	fuzz(f, func(text []byte) fstest.MapFS { return fstest.MapFS{"Procfile": {Data: text}} })
}

func FuzzDotenv(f *testing.F) {
	seeds(f, ".dotenv", ".env")
	procfile := &fstest.MapFile{Data: []byte("web: node server.js\n")}
	fuzz(f, func(text []byte) fstest.MapFS {
		return fstest.MapFS{".env": {Data: text}, "Procfile": procfile}
	})
}

func FuzzDockerfile(f *testing.F) {
	seeds(f, ".dockerfile", "Dockerfile", "Dockerfile.dev")
	compose := &fstest.MapFile{Data: []byte("services: {web: {build: ., ports: [\"8080:80\"], environment: {API: \"http://api:1\"}}, api: {image: api, ports: [\"1:1\"]}}\n")}
	fuzz(f, func(text []byte) fstest.MapFS {
		return fstest.MapFS{"Dockerfile": {Data: text}, "compose.yaml": compose}
	})
}
