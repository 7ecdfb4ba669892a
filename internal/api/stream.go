package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// heartbeat keeps a stream's reader sure that the other end lives, and finds out that the reader left.
const heartbeat = 10 * time.Second

// selected makes an operation on services.
func (s server) selected(do func(context.Context, []string) error) http.Handler {
	return answering(func(r *http.Request) (any, error) {
		var selection Selection
		if err := read(r, &selection); err != nil {
			return nil, err
		}
		return nil, do(r.Context(), selection.Services)
	})
}

func (s server) progress(w http.ResponseWriter, r *http.Request) {
	out := open(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		changed := s.Application.Changed()
		if out.event(some(s.Application.Services())) != nil {
			return
		}
		if !out.wait(r.Context(), changed, beat.C) {
			return
		}
	}
}

func (s server) followLines(w http.ResponseWriter, r *http.Request) {
	q, err := lineQuery(r)
	if err != nil {
		refuse(w, err)
		return
	}
	stream(w, r, func(ctx context.Context) iter.Seq[Line] { return s.Streams.FollowLines(ctx, q) })
}

func (s server) followJournal(w http.ResponseWriter, r *http.Request) {
	stream(w, r, s.Streams.FollowJournal)
}

// stream sends each value until the reader leaves. The pulling goroutine ends with the request's context.
func stream[T any](w http.ResponseWriter, r *http.Request, follow func(context.Context) iter.Seq[T]) {
	ctx, cancel := context.WithCancel(r.Context())
	values, ended := make(chan T), make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() {
		defer close(ended)
		defer close(values)
		for v := range follow(ctx) {
			select {
			case values <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	out := open(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case v, more := <-values:
			if !more || out.event(v) != nil {
				return
			}
		case <-beat.C:
			if out.comment() != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// events writes server-sent events (HTML Living Standard §9.2).
type events struct {
	w     http.ResponseWriter
	flush *http.ResponseController
}

func open(w http.ResponseWriter) events {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := events{w, http.NewResponseController(w)}
	// The head goes at once, so that a reader knows that the stream stands; a failure shows at the first event.
	_ = out.flush.Flush()
	return out
}

func (e events) event(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.write(append(append([]byte("data: "), body...), "\n\n"...))
}

func (e events) comment() error { return e.write([]byte(":\n\n")) }

func (e events) write(p []byte) error {
	if _, err := e.w.Write(p); err != nil {
		return err
	}
	return e.flush.Flush()
}

// wait returns true when something changed, and false when the reader left; it beats in between.
func (e events) wait(ctx context.Context, changed <-chan struct{}, beat <-chan time.Time) bool {
	for {
		select {
		case <-changed:
			return true
		case <-beat:
			if e.comment() != nil {
				return false
			}
		case <-ctx.Done():
			return false
		}
	}
}
