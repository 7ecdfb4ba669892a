package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestWhyAnExternalServiceDoesNotAnswerIsPlain(t *testing.T) {
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/up", http.StatusFound)
		case "/hangs":
			<-r.Context().Done()
		case "/up":
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer far.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	short, cancel := context.WithCancel(t.Context())
	cancel()
	rows := []struct {
		sentence string
		ctx      context.Context
		at, says string
	}{
		{"it is there", t.Context(), far.URL + "/up", ""},
		{"nobody listens", t.Context(), "http://" + freeAddress(t) + "/up", "GET /up: connection refused"},
		{"another status", t.Context(), far.URL + "/other", "GET /other answered 404"},
		{"a redirect is not 2xx", t.Context(), far.URL + "/moved", "GET /moved answered 302"},
		{"it hangs", short, far.URL + "/hangs", "GET /hangs: no answer in time"},
		{"a certificate of nobody", t.Context(), secure.URL + "/up", "GET /up: its certificate is not trusted: x509: "},
		{"no HTTP", t.Context(), "http://" + silent(t) + "/up", "GET /up: EOF"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			err := newProber().Reach(row.ctx, row.at)
			if got := fmt.Sprint(err); row.says == "" && err != nil || row.says != "" && !strings.HasPrefix(got, row.says) {
				t.Fatalf("%q", got)
			}
		})
	}
	lost := &url.Error{Op: "Get", URL: "http://x", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Name: "pay.example", Err: "no such host"}}}
	if got := plain(t.Context(), lost).Error(); got != "the name pay.example cannot be resolved" {
		t.Errorf("%q", got)
	}
	if got := plain(t.Context(), &tls.CertificateVerificationError{Err: errors.New("expired")}).Error(); got != "its certificate is not trusted: expired" {
		t.Errorf("%q", got)
	}
}

// silent closes each connection at once.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 1<<10)
			_, _ = conn.Read(request)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String()
}

func TestAnExternalServiceIsShownAsItIs(t *testing.T) {
	answer := make(chan struct{})
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-answer:
		case <-r.Context().Done():
		}
		if r.URL.Path != "/up" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer far.Close()
	s := up(t, pair+"external:\n  pay: {url: \""+far.URL+"/v1\", health: /up}\n")
	s.until("it does not answer", func(all map[string]api.Service) bool {
		p := all["pay"].Problem
		if p == nil && all["pay"].Phase == api.Running {
			t.Fatalf("it was never asked, and is %+v", all["pay"])
		}
		return p != nil && p.Likely == "GET /up: no answer in time"
	})
	close(answer)
	s.until("it answers", func(all map[string]api.Service) bool {
		return all["pay"].Phase == api.Running && all["pay"].Problem == nil
	})
	_, err := s.client.Environment(t.Context(), "pay")
	var refused problem.Problem
	if !errors.As(err, &refused) || refused.Code != diag.BadArgument || !strings.Contains(refused.Detail, "pay is external: Banyan does not run it") {
		t.Fatalf("its environment: %v", err)
	}
}
