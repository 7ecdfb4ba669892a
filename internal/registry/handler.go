package registry

import (
	"encoding/json"
	"net/http"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// List is the answer to GET.
type List struct {
	Version   uint64     `json:"version"`
	Instances []Instance `json:"instances"`
}

// Handler answers GET with the list of instances (?service=NAME for one service's), and with ?watch=true streams
// changes as server-sent events: `list` first, then `put` and `removed`, each with an id to resume from in Last-Event-ID.
func (r *Registry) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodGet && q.Method != http.MethodHead {
			cause := problem.New(diag.MethodNotAllowed, "The registry is read with GET.")
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, cause)
			return
		}
		service := q.URL.Query().Get("service")
		if watch := q.URL.Query().Get("watch"); watch == "true" || watch == "1" {
			r.watch(w, q, service)
			return
		}
		body, err := json.Marshal(list(r.Snapshot(), service))
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(append(body, '\n'))
	})
}

// list is never null: clients get [] and not nothing.
func list(s *Snapshot, service string) List {
	l := List{s.Version, s.Instances}
	if service != "" {
		l.Instances = s.Service(service)
	}
	if l.Instances == nil {
		l.Instances = []Instance{}
	}
	return l
}

func refuse(w http.ResponseWriter, err error) {
	document := problem.From(err, problem.Inside, "")
	w.Header().Set("Content-Type", problem.ContentType)
	w.WriteHeader(document.Status)
	_, _ = w.Write(document.JSON())
}
