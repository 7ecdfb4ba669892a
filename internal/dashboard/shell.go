package dashboard

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
)

//go:embed page
var page embed.FS

// kinds are the media types of the shell's files; the system's own table differs between machines.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// document is the file that stands for every address of a view.
const document = "page.html"

// files are the names of what the shell loads.
func files() map[string]bool {
	names := map[string]bool{}
	entries, err := fs.ReadDir(page, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	for _, e := range entries {
		if e.Name() != document {
			names[e.Name()] = true
		}
	}
	return names
}

// shell answers the document, which asks for the view of its own address.
func shell(status int) http.HandlerFunc {
	answer := file(document)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kinds[".html"])
		w.WriteHeader(status)
		answer(w, r)
	}
}

func file(name string) http.HandlerFunc {
	text, err := page.ReadFile("page/" + name)
	if err != nil {
		panic(err) // named by files
	}
	kind := kinds[path.Ext(name)]
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text)
	}
}
