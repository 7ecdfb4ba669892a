package registry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// heartbeat keeps a reader sure that the other end lives, and finds out that the reader left.
const heartbeat = 10 * time.Second

// watch streams until the reader leaves (HTML Living Standard §9.2).
func (r *Registry) watch(w http.ResponseWriter, q *http.Request, service string) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := stream{w, http.NewResponseController(w), r.epoch, service}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	seen, resumed := r.resumes(q.Header.Get("Last-Event-ID"))
	for {
		s := r.Snapshot()
		events, complete := s.since(seen)
		var err error
		if resumed && complete {
			err = out.events(events)
		} else {
			err = out.send("list", s.Version, list(s, service))
		}
		if err != nil || out.flush.Flush() != nil {
			return
		}
		seen, resumed = s.Version, true
		if !out.wait(q, r.Changed(seen), beat.C) {
			return
		}
	}
}

// resumes reads an id of ours. One of a registry before this one, or of a stranger, begins anew.
func (r *Registry) resumes(id string) (uint64, bool) {
	epoch, number, _ := strings.Cut(id, "-")
	version, err := strconv.ParseUint(number, 10, 64)
	return version, err == nil && epoch == r.epoch
}

type stream struct {
	w       http.ResponseWriter
	flush   *http.ResponseController
	epoch   string
	service string
}

func (s stream) events(events []Event) error {
	for _, e := range events {
		if s.service != "" && e.Instance.Service != s.service {
			continue
		}
		if err := s.send(string(e.Kind), e.Version, e.Instance); err != nil {
			return err
		}
	}
	return nil
}

func (s stream) send(kind string, version uint64, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding an event of the registry: %w", err)
	}
	_, err = fmt.Fprintf(s.w, "event: %s\nid: %s-%d\ndata: %s\n\n", kind, s.epoch, version, body)
	return err
}

// wait returns true when something changed, and false when the reader left; it beats in between.
func (s stream) wait(q *http.Request, changed <-chan struct{}, beat <-chan time.Time) bool {
	for {
		select {
		case <-changed:
			return true
		case <-beat:
			if _, err := s.w.Write([]byte(":\n\n")); err != nil || s.flush.Flush() != nil {
				return false
			}
		case <-q.Context().Done():
			return false
		}
	}
}
