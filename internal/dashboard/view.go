package dashboard

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed view
var sources embed.FS

// views render what the API answers.
type views struct {
	ask       asker
	templates *template.Template
	now       func() time.Time
}

// sheet is what a view gives its template.
type sheet struct {
	Now   time.Time
	App   app
	Title string
	// Body is the view's own model; Commands say the same in a terminal.
	Body     any
	Commands []string
}

// view fills a sheet and names the template that shows it.
type view struct {
	template string
	fill     func(ctx context.Context, r *http.Request, s *sheet) error
}

// table is every view by its address; the shell stands at the same addresses.
func (v views) table() map[string]view {
	return map[string]view{
		"/{$}":               {"overview", v.overview},
		"/services":          {"services", v.services},
		"/service/{service}": {"service", v.service},
		"/traces":            {"traces", v.traces},
		"/trace/{id}":        {"trace", v.trace},
		"/logs":              {"logs", v.logs},
		"/journal":           {"journal", v.journal},
	}
}

// parse compiles the templates; they are embedded, so a test of any view finds a slip.
func parse() *template.Template {
	words := template.FuncMap{
		"took": took, "span": span, "perSecond": perSecond, "percent": percent, "core": core, "memory": memory,
		"moment": momentOf, "clock": clock, "plural": plural, "brief": brief,
		"said": said, "reserved": reserved, "deeds": datedOf, "summaries": agedOf,
	}
	return template.Must(template.New("").Funcs(words).ParseFS(sources, "view/*.html"))
}

func (v views) serve(shown view) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sheet{Now: v.now()}
		var err error
		if s.App, err = v.ask.app(r.Context()); err == nil {
			err = shown.fill(r.Context(), r, &s)
		}
		if err != nil {
			v.refuse(w, s, err)
			return
		}
		v.render(w, http.StatusOK, shown.template, s)
	})
}

func (v views) refuse(w http.ResponseWriter, s sheet, err error) {
	f := &failure{Status: http.StatusBadGateway, Title: "The control API does not answer", Detail: Text(plain(err.Error()))}
	_ = errors.As(err, &f) // otherwise it is no answer of the API
	s.Title, s.Body, s.Commands = string(f.Title), f, []string{"banyan status"}
	if f.Code != "" {
		s.Commands = append(s.Commands, "banyan help "+string(f.Code))
	}
	v.render(w, f.Status, "failure", s)
}

// unknown says so of an address that no view has, with the application's name where it answers.
func (v views) unknown(w http.ResponseWriter, r *http.Request) {
	s := sheet{Now: v.now()}
	s.App, _ = v.ask.app(r.Context()) // what is wrong with the address is wrong without it too
	v.refuse(w, s, &failure{
		Status: http.StatusNotFound, Title: "There is no such page",
		Detail: Text(plain(strings.TrimPrefix(r.URL.Path, "/view") + " is no address of this page; the menu leads to those that there are.")),
	})
}

func (v views) render(w http.ResponseWriter, status int, name string, s sheet) {
	var b bytes.Buffer
	if err := v.templates.ExecuteTemplate(&b, name, s); err != nil {
		http.Error(w, "rendering the view: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kinds[".html"])
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
