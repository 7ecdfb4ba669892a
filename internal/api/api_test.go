package api

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// full is every source, with a value in each field, so that the document is held against all of them.
type full struct{}

func (full) App() App {
	return App{Name: "shop", Phase: Running, Problems: []Problem{{Code: "BYN-2002", Exit: new(int), Next: time.Now()}}}
}
func (full) Services() []Service {
	return []Service{{Name: "catalog", Phase: Running, Instances: []Instance{{ID: "catalog.1"}}, Problem: &Problem{}}}
}
func (full) Changed() <-chan struct{} { return nil }
func (full) Environment(service string) ([]Variable, error) {
	if service != "catalog" {
		return nil, problem.New(diag.NoSuchService, "there is no service %q", service)
	}
	return []Variable{{Name: "PORT", Value: "1", Source: "platform"}}, nil
}
func (full) Start(context.Context, []string) error    { return nil }
func (full) Stop(context.Context, []string) error     { return nil }
func (full) Restart(context.Context, []string) error  { return nil }
func (full) Scale(context.Context, string, int) error { return nil }
func (full) Debug(_ context.Context, service string, d Debug) (Debugging, error) {
	return Debugging{Service: service, Language: d.Language, Wait: true}, nil
}
func (full) Undebug(context.Context, string) error { return nil }
func (full) Plan(context.Context) (Plan, error) {
	return Plan{Changes: []Change{{Action: "swap"}}}, nil
}
func (full) Reload(context.Context) (Plan, error) { return Plan{Changes: []Change{}}, nil }
func (full) Succeed(string) error                 { return nil }
func (full) Down() error                          { return nil }
func (full) Attach(_ context.Context, name string, wish Attachment) (Service, error) {
	return Service{Name: name, Replaced: &Replaced{Port: wish.Port, Header: wish.Header}}, nil
}
func (full) Detach(_ context.Context, name string) (Service, error) { return Service{Name: name}, nil }
func (full) Export(context.Context, string, Export) (Exported, error) {
	return Exported{Variables: []Variable{{Name: "KEY", Value: "s3cr3t"}}}, nil
}
func (full) Call(_ context.Context, c Call) (Answer, error) {
	return Answer{Status: 200, Body: c.Body, Header: map[string][]string{"A": {"b"}}}, nil
}
func (full) ExplainCall(caller, callee, _, _ string) (Verdict, error) {
	return Verdict{Subject: caller + " → " + callee, Steps: []Step{{}}, Lost: []Lost{{}}, Fix: &Fix{}}, nil
}
func (full) ExplainRequest(method, url string) (Verdict, error) {
	return Verdict{Subject: method + " " + url, Steps: []Step{}}, nil
}
func (full) Lines(q LineQuery) ([]Line, error) {
	return []Line{{Text: strings.Join(q.Services, ","), At: q.Since}}, nil
}
func (full) Traces(TraceQuery) ([]TraceSummary, error) { return nil, nil }
func (full) Trace(id string) (Trace, error) {
	return Trace{TraceSummary: TraceSummary{ID: id}, Rows: []TraceRow{{}}}, nil
}
func (full) Rates() Rates { return Rates{Edges: []Rate{{}}} }
func (full) FollowLines(ctx context.Context, _ LineQuery) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		if yield(Line{Text: "first"}) {
			<-ctx.Done()
		}
	}
}
func (full) FollowJournal(ctx context.Context) iter.Seq[Deed] {
	return func(yield func(Deed) bool) {
		if yield(Deed{Kind: "up"}) {
			<-ctx.Done()
		}
	}
}
func (full) Journal(int) ([]Deed, error) { return []Deed{{Kind: "up", Lines: []string{"x"}}}, nil }

func (full) Tasks() []Task {
	return []Task{{Name: "seed", Last: time.Now(), After: []string{"migrate"}}}
}
func (full) Run(name string, run TaskRun) (func(context.Context) iter.Seq[TaskEvent], error) {
	if name != "seed" {
		return nil, problem.New(diag.NoSuchTask, "there is no task %q", name)
	}
	return func(context.Context) iter.Seq[TaskEvent] {
		return func(yield func(TaskEvent) bool) {
			_ = yield(TaskEvent{Task: name, Text: strings.Join(run.Args, " ")}) && yield(TaskEvent{Task: name, State: TaskDone})
		}
	}, nil
}

func sources() Sources {
	list := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) })
	return Sources{full{}, full{}, full{}, full{}, full{}, full{}, full{}, full{}, full{}, full{}, list, list}
}

// recorder notes which operations were used and holds each answer against the document.
type recorder struct {
	t    *testing.T
	next http.RoundTripper
	used map[string]bool
}

func (c recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, op := range operations {
		pattern := placeholder.ReplaceAllString(op.Path, "*")
		if ok, _ := filepath.Match(pattern, r.URL.Path); ok && r.Method == op.Method {
			c.used[op.ID] = true
		}
	}
	return c.next.RoundTrip(r)
}

func TestTheClientUsesEveryOperation(t *testing.T) {
	server := httptest.NewServer(Handler(sources()))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	seen := recorder{t: t, next: transport, used: map[string]bool{}}
	c := New(server.URL, seen)
	ctx := t.Context()
	calls := map[string]func() error{
		"app":            func() error { _, err := c.App(ctx); return err },
		"services":       func() error { _, err := c.Services(ctx); return err },
		"start":          func() error { return c.Start(ctx) },
		"stop":           func() error { return c.Stop(ctx, "catalog") },
		"restart":        func() error { return c.Restart(ctx, "catalog") },
		"scale":          func() error { return c.Scale(ctx, "catalog", 3) },
		"debug":          func() error { _, err := c.Debug(ctx, "catalog", Debug{Language: "go", Port: 1}); return err },
		"undebug":        func() error { return c.Undebug(ctx, "catalog") },
		"environment":    func() error { _, err := c.Environment(ctx, "catalog"); return err },
		"tasks":          func() error { _, err := c.Tasks(ctx); return err },
		"runTask":        func() error { return first(c.RunTask(ctx, "seed", TaskRun{Args: []string{"a"}})) },
		"attach":         func() error { _, err := c.Attach(ctx, "catalog", Attachment{Port: 8081}); return err },
		"detach":         func() error { _, err := c.Detach(ctx, "catalog"); return err },
		"export":         func() error { _, err := c.Export(ctx, "catalog", Export{}); return err },
		"plan":           func() error { _, err := c.Plan(ctx); return err },
		"reload":         func() error { _, err := c.Reload(ctx); return err },
		"down":           func() error { return c.Down(ctx) },
		"succeed":        func() error { return c.Succeed(ctx, "/usr/bin/banyan") },
		"call":           func() error { _, err := c.Call(ctx, Call{Service: "catalog", Body: []byte("x")}); return err },
		"explainCall":    func() error { _, err := c.ExplainCall(ctx, "a", "b", "", ""); return err },
		"explainRequest": func() error { _, err := c.ExplainRequest(ctx, "GET", "/"); return err },
		"lines": func() error {
			_, err := c.Lines(ctx, LineQuery{Services: []string{"a"}, Since: time.Now()})
			return err
		},
		"traces":        func() error { _, err := c.Traces(ctx, TraceQuery{Slower: time.Second, Limit: 3}); return err },
		"trace":         func() error { _, err := c.Trace(ctx, "4bf9"); return err },
		"rates":         func() error { _, err := c.Rates(ctx); return err },
		"journal":       func() error { _, err := c.Journal(ctx, 5); return err },
		"progress":      func() error { return first(c.Progress(ctx)) },
		"followLines":   func() error { return first(c.FollowLines(ctx, LineQuery{Limit: 1})) },
		"followJournal": func() error { return first(c.FollowJournal(ctx, 1)) },
	}
	for id, call := range calls {
		if err := call(); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, op := range operations {
		if op.Text == "" && !seen.used[op.ID] {
			t.Errorf("the client never uses %s", op.ID)
		}
	}
}

func first[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		return err
	}
	return errors.New("nothing came")
}

func TestEveryAnswerFollowsTheDocument(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Document(), &doc); err != nil {
		t.Fatal(err)
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	handler := Handler(sources())
	for _, op := range operations {
		if op.Method != "GET" || op.Stream || op.Text != "" {
			continue
		}
		path := strings.NewReplacer("{service}", "catalog", "{id}", "4bf9").Replace(op.Path)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		var got any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Errorf("%s: %d %s", op.ID, w.Code, w.Body)
			continue
		}
		follows(t, op.ID, models{}.of(reflect.TypeOf(op.Out)), schemas, got)
	}
}

// follows reports each key of got that the schema does not have, and each required one that got does not have.
func follows(t *testing.T, at string, schema, schemas map[string]any, got any) {
	if ref, is := schema["$ref"].(string); is {
		schema = schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	switch v := got.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		for _, e := range v {
			follows(t, at+"[]", items, schemas, e)
		}
	case map[string]any:
		properties, closed := schema["properties"].(map[string]any)
		for key, e := range v {
			property, known := properties[key].(map[string]any)
			if closed && !known {
				t.Errorf("%s.%s is not in the document", at, key)
			} else if known {
				follows(t, at+"."+key, property, schemas, e)
			}
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, there := v[key.(string)]; !there {
				t.Errorf("%s has no %s", at, key)
			}
		}
	}
}

func TestAnErrorArrivesAsItsProblem(t *testing.T) {
	server := httptest.NewServer(Handler(sources()))
	defer server.Close()
	_, err := New(server.URL, http.DefaultTransport).Environment(t.Context(), "nobody")
	var p problem.Problem
	if !errors.As(err, &p) || p.Code != diag.NoSuchService || p.Status != 404 {
		t.Fatalf("got %v", err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestNobodyAtTheSocket(t *testing.T) {
	_, err := Dial(filepath.Join(t.TempDir(), "control.sock")).App(t.Context())
	if !errors.Is(err, ErrNotRunning) {
		t.Fatalf("got %v", err)
	}
}

func TestTheLoopbackListenerIsGuarded(t *testing.T) {
	server := httptest.NewServer(Local(Bearer("secret", Handler(sources()))))
	defer server.Close()
	at := server.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(at)
	rows := []struct {
		sentence, host, origin, token string
		want                          int
	}{
		{"the address with the token passes", at, "", "secret", 200},
		{"localhost is the same listener", "localhost:" + port, "http://localhost:" + port, "secret", 200},
		{"no token is refused", at, "", "", 401},
		{"another token is refused", at, "", "secres", 401},
		{"a name that was rebound is refused", "evil.example:" + port, "", "secret", 403},
		{"another port in Host is refused", "127.0.0.1:1", "", "secret", 403},
		{"a page of another origin is refused", at, "http://evil.example", "secret", 403},
		{"a page of another local port is refused", at, "http://127.0.0.1:1", "secret", 403},
		{"an opaque origin is refused", at, "null", "secret", 403},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/v1/app", nil)
			r.Host = row.host
			if row.origin != "" {
				r.Header.Set("Origin", row.origin)
			}
			if row.token != "" {
				r.Header.Set("Authorization", "Bearer "+row.token)
			}
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != row.want {
				t.Fatalf("answered %s", answer.Status)
			}
		})
	}
}

func TestSecretsAreShownAtTheSocketOnly(t *testing.T) {
	for path, want := range map[string]int{"/v1/services/catalog/export": 403, "/v1/services/catalog/detach": 200} {
		w := httptest.NewRecorder()
		Withheld(Handler(sources())).ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader("{}")))
		if w.Code != want || strings.Contains(w.Body.String(), "s3cr3t") {
			t.Errorf("%s answered %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestTheSocketRefusesSupervisedProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.sock")
	l, err := Listen(path, func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: Handler(sources())}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	if _, known := credentials(nil); known {
		t.Fatal("nobody is known of no connection")
	}
	_, err = Dial(path).App(t.Context())
	if err == nil && reflect.TypeOf(l) == reflect.TypeFor[guarded]() && tells() {
		t.Fatal("a supervised process was answered")
	}
	_ = server.Close()
	<-done
}

func TestABodyIsBounded(t *testing.T) {
	body := `{"services":["` + strings.Repeat("a", maxBody) + `"]}`
	r, w := httptest.NewRequest("POST", "/v1/stop", strings.NewReader(body)), httptest.NewRecorder()
	Handler(sources()).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), string(diag.BodyTooLarge)) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestAnUnknownTaskIsRefusedBeforeAnythingRuns(t *testing.T) {
	w := httptest.NewRecorder()
	Handler(sources()).ServeHTTP(w, httptest.NewRequest("POST", "/v1/tasks/sed/run", strings.NewReader("{}")))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), string(diag.NoSuchTask)) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}
