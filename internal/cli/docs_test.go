package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The book is for this machine: a page of another name, as rebinding makes one, reads nothing of it. Ctrl-C ends it.
func TestTheBookIsServedToThisMachineAlone(t *testing.T) {
	out, in := io.Pipe()
	s := &shell{World: World{In: strings.NewReader(""), Out: in, Err: &bytes.Buffer{}, Dir: t.TempDir(), Now: time.Now}}
	root := s.root()
	root.SetArgs([]string{"docs", "--print", "-o", "json"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	var at address
	if err := json.NewDecoder(out).Decode(&at); err != nil || !strings.HasPrefix(at.Address, "http://127.0.0.1:") {
		t.Fatalf("it says %q: %v", at.Address, err)
	}
	for host, want := range map[string]int{"": http.StatusOK, "rebound.example": http.StatusForbidden} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.Address+"install", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host, request.Close = host, true
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if answer.StatusCode != want || strings.Contains(string(body), `<h1 id="install">Install</h1>`) != (want == http.StatusOK) || err != nil {
			t.Errorf("Host %q: %d, %v\n%s", host, answer.StatusCode, err, body)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
