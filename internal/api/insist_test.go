package api

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/banyan-run/banyan/internal/problem"
)

// dying answers the first n requests by closing their connection, and counts all.
type dying struct {
	n     int64
	asked atomic.Int64
	next  http.Handler
}

func (d *dying) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.asked.Add(1) > d.n {
		d.next.ServeHTTP(w, r)
		return
	}
	panic(http.ErrAbortHandler)
}

func TestADeathIsOutlivedWhileSomebodyWillAnswer(t *testing.T) {
	ask := func(c *Client) error { _, err := c.App(t.Context()); return err }
	stop := func(c *Client) error { return c.Stop(t.Context()) }
	rows := []struct {
		sentence string
		alive    bool
		ask      func(*Client) error
		fails    bool
		asked    int64
	}{
		{"a question is asked again", true, ask, false, 2},
		{"not when nobody will answer", false, ask, true, 1},
		{"not when asking twice may do twice", true, stop, true, 1},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			d := &dying{n: 1, next: Handler(sources())}
			server := httptest.NewServer(d)
			defer server.Close()
			transport := &http.Transport{DisableKeepAlives: true}
			err := row.ask(New(server.URL, transport).While(func() bool { return row.alive }))
			if (err != nil) != row.fails || row.fails && !errors.Is(err, ErrBroken) || d.asked.Load() != row.asked {
				t.Fatalf("asked %d times: %v", d.asked.Load(), err)
			}
		})
	}
}

func TestASocketThatIsStillToComeIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	looks := 0
	var server *http.Server
	c := Dial(path).While(func() bool {
		if looks++; looks == 2 {
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Error(err)
				return false
			}
			server = &http.Server{Handler: Handler(sources())}
			go func() { _ = server.Serve(l) }()
		}
		return true
	})
	defer c.http.CloseIdleConnections()
	if err := c.Stop(t.Context()); err != nil || looks != 2 { // nothing was sent before, so any question may be asked again
		t.Fatalf("after %d looks: %v", looks, err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherMethodIsNotAllowed(t *testing.T) {
	rows := []struct {
		sentence, method, path string
		status                 int
		allow                  string
	}{
		{"what is read is not written", "POST", "/v1/app", 405, "GET"},
		{"what is asked for is not read", "GET", "/v1/stop", 405, "POST"},
		{"nor with a method that nobody knows", "BREW", "/v1/services/catalog/scale", 405, "POST"},
		{"a path of nothing is not found", "POST", "/v1/nothing", 404, ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			w := httptest.NewRecorder()
			Handler(sources()).ServeHTTP(w, httptest.NewRequest(row.method, row.path, nil))
			if w.Code != row.status || w.Header().Get("Allow") != row.allow || w.Header().Get("Content-Type") != problem.ContentType {
				t.Fatalf("%d, Allow %q: %s", w.Code, w.Header().Get("Allow"), w.Body)
			}
		})
	}
}

func TestABodyOfTextIsText(t *testing.T) {
	rows := []struct {
		sentence, body, text, bytes string
	}{
		{"text is text", "grüezi\n", "grüezi\n", ""},
		{"what is no UTF-8 is bytes", "\xff\xfe", "", "\xff\xfe"},
		{"nothing is nothing", "", "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			server := httptest.NewServer(Handler(sources()))
			defer server.Close()
			got, err := New(server.URL, &http.Transport{DisableKeepAlives: true}).Call(t.Context(), Call{Service: "catalog", Body: []byte(row.body)})
			if err != nil || got.Text != row.text || string(got.Body) != row.bytes || string(got.Content()) != row.body {
				t.Fatalf("got %+v (%v)", got, err)
			}
		})
	}
}
