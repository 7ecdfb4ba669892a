package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestARequestGoesThrough(t *testing.T) {
	behind := origin(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s %q", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Hop")))
		_, _ = w.Write(append([]byte("got "), body...))
	})
	s := serve(t, to(t, behind, false))
	conn, in := dial(t, s.address)
	for _, body := range []string{"", "small", strings.Repeat("large", 100_000)} {
		send(t, conn, fmt.Sprintf("POST /a%%2Fb?q HTTP/1.1\r\nHost: shop\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		r, got := answer(t, in)
		if r.StatusCode != 200 || got != "got "+body || r.Header.Get("X-Seen") != `POST /a%2Fb?q shop ""` {
			t.Fatalf("%d %q %v", r.StatusCode, got[:min(len(got), 100)], r.Header)
		}
		note := s.record(t).note
		if note.BytesIn != int64(len(body)) || note.BytesOut != int64(len(body)+4) || note.Connected.IsZero() || note.Answered.IsZero() || note.Cause != nil {
			t.Fatalf("%+v", note)
		}
	}
}
