package service

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestACallCarriesTheTraceAndTellsRefusalsApart(t *testing.T) {
	peer := httptest.NewServer(Routes{
		"GET /echo": func(w http.ResponseWriter, r *http.Request) error {
			return JSON(w, http.StatusOK, map[string]string{"trace": r.Header.Get("Traceparent"), "key": r.Header.Get("Idempotency-Key")})
		},
		"GET /refuses": func(http.ResponseWriter, *http.Request) error { return Refuse(http.StatusConflict, "Sold out.") },
		"GET /fails":   func(http.ResponseWriter, *http.Request) error { return errors.New("no disk") },
	}.Handler())
	defer peer.Close()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Traceparent", parent)

	var echo map[string]string
	if err := At("echo", peer.URL).With("Idempotency-Key", "7").Call(r, "GET", "/echo", nil, &echo); err != nil {
		t.Fatal(err)
	}
	if echo["trace"] != parent || echo["key"] != "7" {
		t.Errorf("the peer saw %v", echo)
	}
	for path, status := range map[string]int{"/refuses": 409, "/fails": 502} {
		var p *Problem
		if err := At("echo", peer.URL).Call(r, "GET", path, nil, nil); !errors.As(err, &p) || p.Status != status {
			t.Errorf("%s: %v, not a problem with %d", path, err, status)
		} else if strings.Contains(p.Detail, "no disk") {
			t.Errorf("%s tells the caller the inner cause: %s", path, p.Detail)
		}
	}
	var p *Problem
	if err := At("echo", "").Call(r, "GET", "/", nil, nil); !errors.As(err, &p) || !strings.Contains(p.Detail, "ECHO_URL") {
		t.Errorf("a missing address is not named: %v", err)
	}
}

func TestABodyOfAnotherShapeIsRefused(t *testing.T) {
	for name, body := range map[string]string{
		"a field that is not there":    `{"nmae": "x"}`,
		"no JSON":                      `name=x`,
		"a body larger than it may be": `{"name": "` + strings.Repeat("x", 65<<10) + `"}`,
	} {
		var into struct{ Name string }
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		if err := Read(httptest.NewRecorder(), r, &into); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestItStopsWhenToldAndSaysWhatIsMissing(t *testing.T) {
	t.Setenv("HOST", "")
	t.Setenv("PORT", "")
	if err := serve(t.Context(), http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), "PORT is not set") {
		t.Errorf("without PORT: %v", err)
	}
	t.Setenv("PORT", "0")
	t.Setenv("DRAIN", "soon")
	if err := serve(t.Context(), http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), "DRAIN") {
		t.Errorf("with a DRAIN that is no duration: %v", err)
	}
	t.Setenv("DRAIN", "1s")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve(ctx, http.NotFoundHandler()); err != nil {
		t.Errorf("stopping: %v", err)
	}
}
