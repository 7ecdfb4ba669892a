package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	name    = "go"
	maxHops = 32
)

// walk is the way that a request took, and why it ended early if it did.
type walk struct {
	Path  []string `json:"path"`
	Ended string   `json:"ended,omitempty"`
}

func handle(w http.ResponseWriter, r *http.Request) {
	hops, err := 4, error(nil)
	if text := r.URL.Query().Get("hops"); text != "" {
		hops, err = strconv.Atoi(text)
	}
	status := http.StatusOK
	if err != nil || hops < 0 || hops > maxHops {
		status = http.StatusBadRequest
		answer(w, status, map[string]string{"error": fmt.Sprintf("hops is a number from 0 to %d", maxHops)})
	} else {
		answer(w, status, ring(r, hops))
	}
	log(r).Info(r.Method+" "+r.URL.Path, "status", status)
}

func ring(r *http.Request, hops int) walk {
	next := os.Getenv("NODE_URL")
	switch {
	case hops == 0:
		return walk{Path: []string{name}}
	case next == "":
		return walk{Path: []string{name}, Ended: "NODE_URL is not set"}
	}
	rest, err := call(r, fmt.Sprintf("%s/ring?hops=%d", next, hops-1))
	if err != nil {
		log(r).Error("calling node", "error", err.Error())
		return walk{Path: []string{name}, Ended: "node does not answer"}
	}
	return walk{append([]string{name}, rest.Path...), rest.Ended}
}

func call(r *http.Request, url string) (walk, error) {
	var rest walk
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err != nil {
		return rest, err
	}
	// The trace goes on as it came: that is all that a service has to do to be seen in it.
	for _, key := range []string{"Traceparent", "Tracestate", "Baggage"} {
		if value := r.Header.Get(key); value != "" {
			request.Header.Set(key, value)
		}
	}
	client := &http.Client{Timeout: 10 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		return rest, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return rest, fmt.Errorf("node answered %s", answer.Status)
	}
	return rest, json.NewDecoder(answer.Body).Decode(&rest)
}

func log(r *http.Request) *slog.Logger {
	if part := strings.Split(r.Header.Get("Traceparent"), "-"); len(part) == 4 {
		return slog.With("trace_id", part[1])
	}
	return slog.Default()
}
