package service

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Handler answers a request or returns why it cannot; a *Problem is answered as it stands, any other error with 500.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Routes maps patterns of net/http, such as "GET /products/{sku}", to their handlers.
type Routes map[string]Handler

// Handler serves the routes and /healthz, and logs each request but the health checks, and the preface of a client that asks
// whether HTTP/2 is spoken here (RFC 9113 §3.4), which net/http hands on as a request.
func (routes Routes) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_ = JSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	for pattern, handle := range routes {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := handle(w, r); err != nil {
				Fail(w, r, err)
			}
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, seen := time.Now(), &watched{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(seen, r)
		if r.URL.Path != "/healthz" && r.Method != "PRI" {
			Log(r).Info(r.Method+" "+r.URL.Path, "status", seen.status, "ms", float64(time.Since(start).Microseconds())/1000)
		}
	})
}

type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Log writes lines that carry the trace the request came with, if it came with one.
func Log(r *http.Request) *slog.Logger {
	if part := strings.Split(r.Header.Get("Traceparent"), "-"); len(part) == 4 {
		return slog.With("trace_id", part[1], "span_id", part[2])
	}
	return slog.Default()
}
