package telemetry

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/snapshot"
)

const (
	// gather is how long the writer waits for company before it writes: a batch costs one system call.
	gather = 20 * time.Millisecond
	// followed bounds the lines that wait for one follower.
	followed = 4096
)

// Meter measures exchanges; it is called on the request path and must neither block nor allocate. Package red is one. The exchange
// is a copy, for a pointer through an interface would have every exchange on the heap.
type Meter interface{ Observe(signal.Exchange) }

// Means are what a Recorder works with. Store and Redact are needed; the rest may be nil.
type Means struct {
	Store  Store
	Redact *redact.Set
	Meter  Meter
	// Recognise fills level, message and trace of a line from its text. Package line has one.
	Recognise func(*signal.Line)
	// Journal is told once of what is lost, and once by name of each service that does not pass traceparent on.
	Journal journal.Recorder
}

// Losses count what was not kept since the start.
type Losses struct {
	// Exchanges did not fit into their queue; Lines were more than their service may write, as far as they reached the recorder;
	// Unwritten are spans and lines that the store refused.
	Exchanges, Lines, Unwritten uint64
}

// Recorder takes exchanges and output, and has them written.
type Recorder struct {
	means    Means
	queue    queue
	feed     Feed[signal.Line]
	asks     chan func()
	done     chan struct{}
	group    *lifecycle.Group
	untraced snapshot.Value[[]string]
	failure  snapshot.Value[error]

	unwritten atomic.Uint64

	mu struct {
		sync.Mutex
		intake intake
	}

	// The rest is the writer's own.
	spans       []signal.Span
	said        signal.Attributes // of the spans
	access      []signal.Line
	propagation propagation
	failedSince uint64
}

// NewRecorder starts a recorder that works until Close, or until ctx ends.
func NewRecorder(ctx context.Context, means Means) *Recorder {
	r := &Recorder{
		means: means, queue: queue{wake: make(chan struct{}, 1)},
		asks: make(chan func()), done: make(chan struct{}), propagation: propagation{},
	}
	r.mu.intake = newIntake()
	r.group = lifecycle.NewGroup(ctx)
	r.group.Go("telemetry writer", r.run)
	return r
}

// Exchange records one hop. It never blocks.
func (r *Recorder) Exchange(x signal.Exchange) {
	if r.means.Meter != nil {
		r.means.Meter.Observe(x)
	}
	r.queue.add(&x)
}

// Output takes a chunk that an instance wrote; lines may end anywhere in it. The chunk may be used again on return. A service that
// writes more than it may has its older output dropped, and the sum said in the journal.
func (r *Recorder) Output(service, instance, name string, chunk []byte, at time.Time) {
	r.mu.Lock()
	r.mu.intake.add(stream{service, instance, name}, chunk, at, time.Now())
	r.mu.Unlock()
	r.wake()
}

// Missed notes that so many bytes of an instance were lost on the way, before the next chunk of the stream.
func (r *Recorder) Missed(service, instance, name string, bytes int64) {
	r.mu.Lock()
	r.mu.intake.missed(stream{service, instance, name}, bytes, time.Now())
	r.mu.Unlock()
	r.wake()
}

// Ended takes what an instance left without an end of line.
func (r *Recorder) Ended(instance string) {
	r.mu.Lock()
	r.mu.intake.end(instance, time.Now())
	r.mu.Unlock()
	r.wake()
}

func (r *Recorder) wake() {
	select {
	case r.queue.wake <- struct{}{}:
	default:
	}
}

// Sync returns when all that was recorded before is written and handed to followers.
func (r *Recorder) Sync(ctx context.Context) error {
	return r.ask(ctx, func() {})
}

// Follow returns the newest lines that match and a follower of those to come; none is missed or given twice.
func (r *Recorder) Follow(ctx context.Context, q LineQuery) (past []signal.Line, f *Follower[signal.Line], err error) {
	var failure error
	err = r.ask(ctx, func() {
		past, failure = r.means.Store.Lines(q)
		f = r.feed.Follow(followed, q.Matches)
	})
	if err != nil {
		return nil, nil, err
	}
	if failure != nil {
		f.Close()
		return nil, nil, failure
	}
	return past, f, nil
}

// ask has do run by the writer after it has written.
func (r *Recorder) ask(ctx context.Context, do func()) error {
	ran := make(chan struct{})
	select {
	case r.asks <- func() { do(); close(ran) }:
		<-ran
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.done:
		return ErrClosed
	}
}

// Losses tells what was not kept.
func (r *Recorder) Losses() Losses {
	r.mu.Lock()
	lines := r.mu.intake.lost
	r.mu.Unlock()
	return Losses{Exchanges: r.queue.lost.Load(), Lines: lines, Unwritten: r.unwritten.Load()}
}

// Failure is why the store refuses records, nil while it takes them.
func (r *Recorder) Failure() error { return r.failure.Load() }

// Untraced names the services that do not pass traceparent on.
func (r *Recorder) Untraced() []string { return r.untraced.Load() }

// Close writes what waits and ends the recorder and its followers. The store is closed by whoever opened it, afterwards.
func (r *Recorder) Close() error { return r.group.Stop(context.Background()) }
