package telemetry_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/line"
	"github.com/banyan-run/banyan/internal/telemetry/red"
	"github.com/banyan-run/banyan/internal/telemetry/store"
	"github.com/banyan-run/banyan/internal/telemetry/waterfall"
	"github.com/banyan-run/banyan/internal/trace"
)

type notebook struct {
	mu struct {
		sync.Mutex
		entries []journal.Entry
	}
}

func (n *notebook) Record(e journal.Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mu.entries = append(n.mu.entries, e)
}

func (n *notebook) texts() (all []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.mu.entries {
		all = append(all, e.Text)
	}
	return all
}

type bench struct {
	*telemetry.Recorder
	store *store.Memory
	notes *notebook
	set   *redact.Set
}

func begin(t *testing.T) bench {
	t.Helper()
	b := bench{store: store.NewMemory(5000), notes: &notebook{}, set: &redact.Set{}}
	b.Recorder = telemetry.NewRecorder(t.Context(), telemetry.Means{
		Store: b.store, Redact: b.set, Recognise: line.Recognise, Journal: b.notes,
	})
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b bench) lines(t *testing.T, q telemetry.LineQuery) (texts []string) {
	t.Helper()
	if err := b.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := b.store.Lines(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range found {
		texts = append(texts, l.Text)
	}
	return texts
}

func exchange(c trace.Context, caller, callee string, from, to time.Duration) signal.Exchange {
	return signal.Exchange{
		Trace: c, Caller: caller, Callee: callee, Instance: callee + ".1", Method: "GET", Path: "/" + callee + "/7", Protocol: "http/1.1",
		Status: 200, GRPCStatus: -1, Start: time.Unix(1000, 0).Add(from), Times: signal.Times{Connect: time.Millisecond, Total: to - from}, Tries: 1,
	}
}

func TestTheSpansOfARequestJoin(t *testing.T) {
	b := begin(t)
	atGateway := trace.New()
	x := exchange(atGateway, telemetry.Gateway, "orders", 0, 40*time.Millisecond)
	x.Route = "/orders/**"
	inner := exchange(atGateway.Child(), "orders", "catalog", 5*time.Millisecond, 9*time.Millisecond)
	b.Exchange(inner)
	b.Exchange(x)
	if err := b.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans, err := b.store.Trace(atGateway.Trace.String())
	if err != nil {
		t.Fatal(err)
	}
	tree := waterfall.Build(spans)
	var names []string
	for _, r := range tree.Rows {
		names = append(names, strings.Repeat(">", r.Depth)+r.Name)
	}
	if strings.Join(names, " ") != "gateway >orders.1 >>catalog.1" || tree.Total != 40*time.Millisecond {
		t.Fatalf("%v, %v", names, tree.Total)
	}
	summary, err := b.store.Traces(telemetry.TraceQuery{Route: "/orders/**"})
	if err != nil || len(summary) != 1 || summary[0].Name != "GET /orders/7" || summary[0].Hops != tree.Hops || summary[0].Service != "gateway" {
		t.Fatalf("%+v, %v", summary, err)
	}
}

func TestOutputBecomesLines(t *testing.T) {
	b, at := begin(t), time.Unix(1000, 0)
	long := strings.Repeat("y", 100<<10)
	for i, chunk := range []string{"one\ntw", "o\r\nERROR thr", "ee\n" + long + "\nlast without an end"} {
		b.Output("orders", "orders.1", "stdout", []byte(chunk), at.Add(time.Duration(i)*time.Second))
	}
	b.Output("orders", "orders.2", "stdout", []byte("other\n"), at)
	b.Ended("orders.1")
	got := b.lines(t, telemetry.LineQuery{Instance: "orders.1"})
	if len(got) != 5 || got[0] != "one" || got[1] != "two" || got[2] != "ERROR three" || got[4] != "last without an end" {
		t.Fatalf("%.60q", got)
	}
	if !strings.HasSuffix(got[3], "(cut at 64 KiB)") || len(got[3]) > 64<<10+40 {
		t.Fatalf("the long one has %d bytes", len(got[3]))
	}
	if graver := b.lines(t, telemetry.LineQuery{Level: signal.Error}); len(graver) != 1 || graver[0] != "ERROR three" {
		t.Fatalf("%q", graver)
	}
}

func TestALineWithoutAnEndIsShownAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t)
		b.Output("orders", "orders.1", "stdout", []byte("password? "), time.Now())
		time.Sleep(3 * time.Second)
		found, err := b.store.Lines(telemetry.LineQuery{})
		if err != nil || len(found) != 1 || found[0].Text != "password? " {
			t.Fatalf("%+v, %v", found, err)
		}
	})
}

func TestSecretsAreMaskedBeforeTheyAreKept(t *testing.T) {
	b := begin(t)
	if err := b.set.Replace([]string{"hunter2-secret"}); err != nil {
		t.Fatal(err)
	}
	b.Output("orders", "orders.1", "stdout", []byte("the password is hunter2-"), time.Unix(1000, 0))
	b.Output("orders", "orders.1", "stdout", []byte(`secret`+"\n"+`{"msg":"hunter2-secret"}`+"\n"), time.Unix(1001, 0))
	x := exchange(trace.New(), "carts", "orders", 0, time.Millisecond)
	x.Path, x.Reason = "/login/hunter2-secret", "hunter2-secret was refused"
	b.Exchange(x)
	for _, text := range b.lines(t, telemetry.LineQuery{Access: true}) {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, redact.Mask) {
			t.Errorf("kept: %s", text)
		}
	}
	found, _ := b.store.Lines(telemetry.LineQuery{})
	spans, err := b.store.Trace(x.Trace.Trace.String())
	if err != nil || strings.Contains(spans[0].Attributes.Get(telemetry.URLPath)+spans[0].Message+found[1].Message, "hunter2") {
		t.Fatalf("%+v %+v %v", spans, found, err)
	}
}

func TestAServiceThatDoesNotPassTraceparentOnIsNamedOnce(t *testing.T) {
	b := begin(t)
	for i := range 10 {
		at := time.Duration(i) * time.Second
		b.Exchange(exchange(trace.New(), "legacy", "catalog", at+2*time.Millisecond, at+4*time.Millisecond))
		b.Exchange(exchange(trace.New(), telemetry.Gateway, "legacy", at, at+10*time.Millisecond))
		inbound := trace.New()
		b.Exchange(exchange(inbound.Child(), "orders", "catalog", at+2*time.Millisecond, at+4*time.Millisecond))
		b.Exchange(exchange(inbound, telemetry.Gateway, "orders", at, at+10*time.Millisecond))
		// A timer's calls lie in no request: they are no evidence.
		b.Exchange(exchange(trace.New(), "timer", "catalog", at+500*time.Millisecond, at+501*time.Millisecond))
		b.Exchange(exchange(trace.New(), telemetry.Gateway, "timer", at, at+10*time.Millisecond))
		if err := b.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if texts := b.notes.texts(); len(texts) != 1 || !strings.HasPrefix(texts[0], "legacy does not pass traceparent on") {
		t.Fatalf("%q", texts)
	}
	if names := b.Untraced(); len(names) != 1 || names[0] != "legacy" {
		t.Fatalf("%q", names)
	}
}

// stuck is a store that refuses, and that can be made to wait.
type stuck struct {
	*store.Memory
	wait chan struct{}
	mu   struct {
		sync.Mutex
		err error
	}
}

func (s *stuck) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.err = err
}

func (s *stuck) Write(b telemetry.Batch) error {
	if s.wait != nil {
		<-s.wait
	}
	s.mu.Lock()
	err := s.mu.err
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Memory.Write(b)
}

func TestAStoreThatRefusesIsSaidOnceAndCounted(t *testing.T) {
	s, notes := &stuck{Memory: store.NewMemory(10)}, &notebook{}
	s.set(errors.New("no space left on device"))
	r := telemetry.NewRecorder(t.Context(), telemetry.Means{Store: s, Redact: &redact.Set{}, Journal: notes})
	defer func() { _ = r.Close() }()
	for i := range 5 {
		if i == 4 {
			s.set(nil)
		}
		r.Output("orders", "orders.1", "stdout", []byte("x\n"), time.Unix(int64(i), 0))
		if err := r.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if texts := notes.texts(); len(texts) != 2 || !strings.Contains(texts[1], "4 records were lost") {
		t.Fatalf("%q", texts)
	}
	if l := r.Losses(); l.Unwritten != 4 || r.Failure() != nil {
		t.Fatalf("%+v, %v", l, r.Failure())
	}
}

func TestAStoreThatHangsHoldsNoRequestUp(t *testing.T) {
	s := &stuck{Memory: store.NewMemory(10), wait: make(chan struct{})}
	r := telemetry.NewRecorder(t.Context(), telemetry.Means{Store: s, Redact: &redact.Set{}})
	for range 20_000 {
		r.Exchange(exchange(trace.New(), "carts", "orders", 0, time.Millisecond))
		r.Output("orders", "orders.1", "stdout", []byte(strings.Repeat("z", 500)+"\n"), time.Unix(1, 0))
	}
	if l := r.Losses(); l.Exchanges == 0 || l.Lines == 0 {
		t.Fatalf("%+v", l)
	}
	close(s.wait)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestExchangeAllocatesNothing(t *testing.T) {
	s := &stuck{Memory: store.NewMemory(10), wait: make(chan struct{})}
	r := telemetry.NewRecorder(t.Context(), telemetry.Means{Store: s, Redact: &redact.Set{}, Meter: red.New()})
	x := exchange(trace.New(), "carts", "orders", 0, time.Millisecond)
	for range 50_000 { // the queues have their size now
		r.Exchange(x)
	}
	if n := testing.AllocsPerRun(1000, func() { r.Exchange(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	close(s.wait)
	_ = r.Close()
}

func TestAFollowerMissesNothingAndIsToldWhatItLost(t *testing.T) {
	b := begin(t)
	b.Output("orders", "orders.1", "stdout", []byte("before\n"), time.Unix(1, 0))
	past, f, err := b.Follow(t.Context(), telemetry.LineQuery{Services: []string{"orders"}})
	if err != nil || len(past) != 1 {
		t.Fatalf("%v, %v", past, err)
	}
	b.Output("other", "other.1", "stdout", []byte("not asked for\n"), time.Unix(2, 0))
	b.Output("orders", "orders.1", "stdout", []byte("after\n"), time.Unix(2, 0))
	got, lost, err := f.Next(t.Context())
	if err != nil || lost != 0 || len(got) != 1 || got[0].Text != "after" {
		t.Fatalf("%v, %d, %v", got, lost, err)
	}
	for range 100 {
		b.Output("orders", "orders.1", "stdout", []byte(strings.Repeat("w\n", 100)), time.Unix(3, 0))
		if err := b.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got, lost, err = f.Next(t.Context())
	if err != nil || int(lost)+len(got) != 10_000 || lost == 0 {
		t.Fatalf("%d lines, %d lost, %v", len(got), lost, err)
	}
	f.Close()
	if _, _, err = f.Next(t.Context()); !errors.Is(err, telemetry.ErrClosed) {
		t.Fatal(err)
	}
}

func TestAfterTheEndNobodyWaits(t *testing.T) {
	b := begin(t)
	_, f, err := b.Follow(t.Context(), telemetry.LineQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Sync(context.Background()); !errors.Is(err, telemetry.ErrClosed) {
		t.Fatal(err)
	}
	if _, _, err := f.Next(context.Background()); !errors.Is(err, telemetry.ErrClosed) {
		t.Fatal(err)
	}
}
