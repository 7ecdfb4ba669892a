package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/unit"
)

// maxBody bounds a request to the API, in bytes.
const maxBody = 16 << 20

// Handler answers every operation of the table.
func Handler(from Sources) http.Handler {
	s := server{from}
	mux := http.NewServeMux()
	for id, handle := range s.handlers() {
		op, known := operationOf(id)
		if !known {
			panic("api: no operation " + id) // a slip in this file; a test serves every operation
		}
		mux.Handle(op.Method+" "+op.Path, handle)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, unknown(mux, r)) })
	return mux
}

// unknown is why nothing answers a request: no operation has its path, or those that have it take other methods.
func unknown(mux *http.ServeMux, r *http.Request) error {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if _, pattern := mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); pattern != "/" {
			allow = append(allow, method)
		}
	}
	if allow == nil {
		return problem.New(diag.NoSuchThing, "%s", noOperation(r.Method, r.URL.Path))
	}
	cause := problem.New(diag.MethodNotAllowed, "%s takes %s, not %s.", r.URL.Path, strings.Join(allow, " and "), r.Method)
	cause.Allow = allow
	return cause
}

type server struct{ Sources }

// answering is an operation that answers one model.
type answering func(r *http.Request) (any, error)

func (f answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	out, err := f(r)
	if err != nil {
		refuse(w, err)
		return
	}
	if out == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	body, err := json.Marshal(out)
	if err != nil {
		refuse(w, fmt.Errorf("writing the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(body, '\n'))
}

func refuse(w http.ResponseWriter, err error) {
	document := problem.From(err, problem.Inside, "")
	if allow := problem.CauseOf(err).Allow; allow != nil {
		w.Header().Set("Allow", strings.Join(allow, ", ")) // RFC 9110 §15.5.6
	}
	w.Header().Set("Content-Type", problem.ContentType)
	w.WriteHeader(document.Status)
	_, _ = w.Write(document.JSON())
}

func (s server) handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"app":      answering(func(*http.Request) (any, error) { return s.Application.App(), nil }),
		"services": answering(func(*http.Request) (any, error) { return some(s.Application.Services()), nil }),
		"progress": http.HandlerFunc(s.progress),
		"start":    s.selected(s.Wishes.Start),
		"stop":     s.selected(s.Wishes.Stop),
		"restart":  s.selected(s.Wishes.Restart),
		"scale":    answering(s.scale),
		"debug":    answering(s.debug),
		"undebug": answering(func(r *http.Request) (any, error) {
			return nil, s.Debuggers.Undebug(r.Context(), r.PathValue("service"))
		}),
		"environment":    answering(func(r *http.Request) (any, error) { return s.Application.Environment(r.PathValue("service")) }),
		"tasks":          answering(func(*http.Request) (any, error) { return some(s.Tasks.Tasks()), nil }),
		"runTask":        http.HandlerFunc(s.runTask),
		"export":         answering(s.export),
		"attach":         answering(s.attach),
		"detach":         answering(func(r *http.Request) (any, error) { return s.Replacing.Detach(r.Context(), r.PathValue("service")) }),
		"instances":      s.Instances,
		"plan":           answering(func(r *http.Request) (any, error) { return s.File.Plan(r.Context()) }),
		"reload":         answering(func(r *http.Request) (any, error) { return s.File.Reload(r.Context()) }),
		"down":           answering(func(*http.Request) (any, error) { return nil, s.File.Down() }),
		"succeed":        answering(s.succeed),
		"call":           answering(s.call),
		"explainCall":    answering(s.explainCall),
		"explainRequest": answering(s.explainRequest),
		"lines":          answering(s.lines),
		"followLines":    http.HandlerFunc(s.followLines),
		"traces":         answering(s.traces),
		"trace":          answering(func(r *http.Request) (any, error) { return s.Seen.Trace(r.PathValue("id")) }),
		"rates":          answering(func(*http.Request) (any, error) { return s.Seen.Rates(), nil }),
		"journal":        answering(s.journal),
		"followJournal":  http.HandlerFunc(s.followJournal),
		"metrics":        s.Metrics,
		"openapi":        answering(func(*http.Request) (any, error) { return json.RawMessage(Document()), nil }),
	}
}

// some makes an empty list out of none: clients get [] and not null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return problem.New(diag.BodyTooLarge, "The body is larger than %d bytes.", large.Limit)
	case err != nil:
		return problem.New(diag.BadArgument, "The body is not what the operation takes: %v.", err)
	}
	return nil
}

func (s server) explainCall(r *http.Request) (any, error) {
	q := r.URL.Query()
	return s.Traffic.ExplainCall(q.Get("caller"), q.Get("callee"), q.Get("method"), q.Get("path"))
}

func (s server) explainRequest(r *http.Request) (any, error) {
	q := r.URL.Query()
	return s.Traffic.ExplainRequest(q.Get("method"), q.Get("url"))
}

func (s server) call(r *http.Request) (any, error) {
	var call Call
	if err := read(r, &call); err != nil {
		return nil, err
	}
	answer, err := s.Traffic.Call(r.Context(), call)
	return answer.readable(), err
}

func (s server) scale(r *http.Request) (any, error) {
	var scale Scale
	if err := read(r, &scale); err != nil {
		return nil, err
	}
	return nil, s.Wishes.Scale(r.Context(), r.PathValue("service"), scale.Replicas)
}

func (s server) succeed(r *http.Request) (any, error) {
	var next Successor
	if err := read(r, &next); err != nil {
		return nil, err
	}
	return nil, s.Succession.Succeed(next.Executable)
}

func (s server) lines(r *http.Request) (any, error) {
	q, err := lineQuery(r)
	if err != nil {
		return nil, err
	}
	lines, err := s.Seen.Lines(q)
	return some(lines), err
}

func (s server) traces(r *http.Request) (any, error) {
	q := r.URL.Query()
	limit, err := number(q.Get("limit"))
	if err != nil {
		return nil, err
	}
	query := TraceQuery{Service: q.Get("service"), Limit: limit, Failed: q.Get("failed") == "true"}
	if text := q.Get("slower"); text != "" {
		if query.Slower, err = unit.ParseDuration(text); err != nil {
			return nil, problem.New(diag.BadArgument, "slower=%s is no duration: %v.", text, err)
		}
	}
	traces, err := s.Seen.Traces(query)
	return some(traces), err
}

func (s server) journal(r *http.Request) (any, error) {
	limit, err := number(r.URL.Query().Get("limit"))
	if err != nil {
		return nil, err
	}
	deeds, err := s.Streams.Journal(limit)
	return some(deeds), err
}

func lineQuery(r *http.Request) (LineQuery, error) {
	q := r.URL.Query()
	limit, err := number(q.Get("limit"))
	if err != nil {
		return LineQuery{}, err
	}
	query := LineQuery{
		Services: q["service"], Instance: q.Get("instance"), Trace: q.Get("trace"), Level: q.Get("level"),
		Limit: limit, Access: q.Get("access") == "true", Words: q.Get("words"),
	}
	if text := q.Get("since"); text != "" {
		if query.Since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return LineQuery{}, problem.New(diag.BadArgument, "since=%s is no RFC 3339 instant.", text)
		}
	}
	return query, nil
}

func number(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, problem.New(diag.BadArgument, "limit=%s is no count.", text)
	}
	return n, nil
}
