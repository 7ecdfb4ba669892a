package book

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/banyan-run/banyan/internal/markdown"
)

//go:embed page
var page embed.FS

// policy lets a page load its own style sheet and pictures and send its own search, and nothing else: there is no script at all.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// mostHits bounds a page of results.
const mostHits = 40

// site serves one book.
type site struct {
	book     *Book
	index    *Index
	template *template.Template
	files    fs.FS
}

// Handler serves the pages, a search (/search?q=), and the files that pages link to. Who mounts it checks Host and Origin before it.
func Handler(b *Book, files fs.FS) http.Handler {
	s := site{book: b, index: b.Index(), files: files, template: template.Must(template.ParseFS(page, "page/page.html"))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", s.page)
	mux.HandleFunc("GET /search", s.search)
	mux.HandleFunc("GET /style.css", s.file(page, "page/style.css"))
	mux.HandleFunc("GET /icon.svg", s.file(page, "page/icon.svg"))
	return protected(mux)
}

func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // another version of the binary may serve the next page
		next.ServeHTTP(w, r)
	})
}

// kinds are the media types of what is served as a file; the system's own table differs between machines.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
}

func (s site) file(from fs.FS, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", kinds[path.Ext(name)])
		_, _ = w.Write(text) // whoever asked has gone
	}
}

// view is what the template shows: a page, the hits of a search, or a text.
type view struct {
	Title, Text   string
	Query         string
	Asked         bool
	Hits          []shown
	Content       template.HTML
	Sections      []anchor
	Chapters      []chapter
	Before, After *Page
}

type shown struct {
	Hit
	Pieces []piece
}

// anchor is a heading of the page, for the list beside it.
type anchor struct{ ID, Title string }

func (s site) page(w http.ResponseWriter, r *http.Request) {
	name := strings.Trim(r.URL.Path, "/")
	for _, p := range s.book.Pages {
		switch {
		case p.Name == name && r.URL.Path != "/" && strings.HasSuffix(r.URL.Path, "/"), p.Path == name:
			http.Redirect(w, r, p.Address(), http.StatusMovedPermanently)
			return
		case p.Name == name:
			s.show(w, http.StatusOK, s.viewOf(p))
			return
		}
	}
	if path.Ext(name) == ".json" {
		s.file(s.files, name)(w, r)
		return
	}
	s.show(w, http.StatusNotFound, view{Title: "No such page", Text: "The book has no page at this address.", Chapters: s.book.chapters(nil)})
}

func (s site) viewOf(p *Page) view {
	v := view{Title: p.Title, Chapters: s.book.chapters(p)}
	v.Before, v.After = s.book.beside(p)
	v.Sections = p.sections()
	v.Content = template.HTML(markdown.HTML(p.Blocks, func(to string) string { return s.book.address(p, to) })) //nolint:gosec // the writer escapes every text
	return v
}

func (p *Page) sections() []anchor {
	var all []anchor
	for _, b := range p.Blocks {
		if b.Kind == markdown.Heading && b.Level == 2 {
			all = append(all, anchor{b.ID, markdown.Words(b.Text)})
		}
	}
	return all
}

// address is where a link of a page leads on the site; "" when it leads to a file that the site does not have.
func (b *Book) address(p *Page, to string) string {
	file := resolve(p.Path, to)
	_, fragment, has := strings.Cut(to, "#")
	if has {
		fragment = "#" + fragment
	}
	switch target := b.byPath[file]; {
	case target != nil:
		return target.Address() + fragment
	case strings.HasPrefix(to, "#") || strings.Contains(to, "://"):
		return to
	case path.Ext(file) == ".json" && !strings.HasPrefix(file, ".."):
		return "/" + file
	}
	return ""
}

func (s site) search(w http.ResponseWriter, r *http.Request) {
	query := trimmed(r.URL.Query().Get("q"))
	if query == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if found := s.book.Find(query); len(found) == 1 && strings.HasPrefix(found[0].Name, "errors/") { // a code is its page
		http.Redirect(w, r, found[0].Address(), http.StatusSeeOther)
		return
	}
	v := view{Title: query, Query: query, Asked: true, Chapters: s.book.chapters(nil)}
	for _, h := range s.index.Search(query, mostHits) {
		v.Hits = append(v.Hits, shown{h, pieces(h.Excerpt, query)})
	}
	s.show(w, http.StatusOK, v)
}

func (s site) show(w http.ResponseWriter, status int, v view) {
	var out bytes.Buffer
	if err := s.template.Execute(&out, v); err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // whoever asked has gone
}
