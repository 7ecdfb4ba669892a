package registry

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/problem"
)

// sent is one server-sent event.
type sent struct{ kind, id, data string }

// reader watches over HTTP until its test ends.
type reader struct {
	t  *testing.T
	in *bufio.Scanner
}

func watch(t *testing.T, address, query, last string) reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?watch=true"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the type is %q", kind)
	}
	return reader{t, bufio.NewScanner(answer.Body)}
}

func (r reader) next() (e sent) {
	r.t.Helper()
	for r.in.Scan() {
		name, value, _ := strings.Cut(r.in.Text(), ": ")
		switch name {
		case "event":
			e.kind = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			return e
		}
	}
	r.t.Fatalf("the stream ended: %v", r.in.Err())
	return e
}

func (r reader) wants(kind, part string) sent {
	r.t.Helper()
	e := r.next()
	if e.kind != kind || !strings.Contains(e.data, part) {
		r.t.Fatalf("received %+v, want %s with %s", e, kind, part)
	}
	return e
}

func serve(t *testing.T, r *Registry) string {
	t.Helper()
	s := httptest.NewServer(r.Handler())
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

func TestAWatchTellsEachChangeInOrder(t *testing.T) {
	r := New()
	r.Put(orders(1, Starting))
	at := serve(t, r)
	all, carts := watch(t, at, "", ""), watch(t, at, "&service=carts", "")
	all.wants("list", `"id":"orders.1"`)
	carts.wants("list", `"instances":[]`)
	r.SetState("orders.1", Ready, "")
	all.wants("put", `"state":"ready"`)
	r.Expect("orders", 3, "") // changes no instance: no event
	r.Remove("orders.1")
	all.wants("removed", `"id":"orders.1"`)
	other := orders(1, Ready)
	other.ID, other.Service = "carts.1", "carts"
	r.Put(other)
	all.wants("put", `"id":"carts.1"`)
	carts.wants("put", `"id":"carts.1"`)
}

func TestAWatchIsResumed(t *testing.T) {
	r := New()
	at := serve(t, r)
	watch(t, at, "", "").wants("list", `[]`)
	r.Put(orders(1, Ready))
	first := watch(t, at, "", "").wants("list", "orders.1").id
	r.Put(orders(2, Ready))
	r.Remove("orders.1")

	t.Run("what was missed comes, and nothing twice", func(t *testing.T) {
		w := watch(t, at, "", first)
		w.wants("put", "orders.2")
		second := w.wants("removed", "orders.1").id
		later := watch(t, at, "", second)
		r.Put(orders(5, Ready))
		later.wants("put", "orders.5")
	})
	rows := []struct{ sentence, id string }{
		{"an id of a registry before this one begins anew", "ABCDEFGH-2"},
		{"an id of the future begins anew", r.epoch + "-99999"},
		{"an id of nobody begins anew", "what?"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) { watch(t, at, "", row.id).wants("list", "orders.2") })
	}
	t.Run("who missed more than is remembered begins anew", func(t *testing.T) {
		for range 2 * remembered {
			r.Put(orders(7, Ready))
		}
		watch(t, at, "", first).wants("list", "orders.7")
	})
}

// The history may be cut at any event: a reader never misses one silently.
func TestNoEventIsMissedSilently(t *testing.T) {
	r := New()
	for n := range 5 * remembered {
		r.Put(orders(n%3, Ready))
		s := r.Snapshot()
		for _, back := range []uint64{0, 1, remembered - 1, remembered, remembered + 1, 2 * remembered} {
			if back >= s.Version {
				continue
			}
			events, complete := s.since(s.Version - back)
			if complete && uint64(len(events)) != back {
				t.Fatalf("%d events since %d changes ago, said to be all", len(events), back)
			}
			if !complete && back < remembered {
				t.Fatalf("%d changes ago are forgotten", back)
			}
		}
	}
}

func TestAQuietWatchBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w, ended := httptest.NewRecorder(), make(chan struct{})
		go func() {
			defer close(ended)
			New().Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/?watch=1", nil))
		}()
		time.Sleep(2*heartbeat + time.Second)
		cancel()
		<-ended
		if beats := strings.Count(w.Body.String(), "\n:\n"); beats != 2 {
			t.Fatalf("%d beats in %q", beats, w.Body)
		}
	})
}

func TestTheListOverHTTP(t *testing.T) {
	r := New()
	r.Put(orders(2, Ready))
	r.Put(orders(1, Unready))
	rows := []struct {
		sentence, method, target string
		status, instances        int
	}{
		{"all", http.MethodGet, "/", 200, 2},
		{"of one service", http.MethodGet, "/?service=orders", 200, 2},
		{"of a service that nobody knows it is empty, not missing", http.MethodGet, "/?service=x", 200, 0},
		{"it is read only", http.MethodDelete, "/", 405, 0},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			w := httptest.NewRecorder()
			r.Handler().ServeHTTP(w, httptest.NewRequest(row.method, row.target, nil))
			if w.Code != row.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if row.status != 200 {
				if w.Header().Get("Allow") != "GET, HEAD" || w.Header().Get("Content-Type") != problem.ContentType {
					t.Fatalf("%v", w.Header())
				}
				return
			}
			var got List
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Instances == nil || len(got.Instances) != row.instances || got.Version != 3 {
				t.Fatalf("%s, %v", w.Body, err)
			}
			if row.instances == 2 && got.Instances[0].Reason+got.Instances[0].ID != "orders.1" {
				t.Fatalf("not sorted by number: %+v", got.Instances)
			}
		})
	}
}
