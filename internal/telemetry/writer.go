package telemetry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/signal"
)

// run is the one goroutine that writes. It sleeps while nothing happens.
func (r *Recorder) run(ctx context.Context) error {
	defer r.feed.Close()
	defer close(r.done)
	for {
		var stale <-chan time.Time
		if wait := r.patience(time.Now()); wait > 0 {
			stale = time.After(wait)
		}
		select {
		case <-ctx.Done():
			r.write(time.Time{})
			r.say(excess.rest)
			return nil
		case do := <-r.asks:
			r.write(time.Now().Add(-patience))
			do()
		case <-stale:
			r.write(time.Now().Add(-patience))
		case <-r.queue.wake:
			r.gather(ctx)
			r.write(time.Now().Add(-patience))
		}
	}
}

// gather waits for company; who asks for something waits less.
func (r *Recorder) gather(ctx context.Context) {
	timer := time.NewTimer(gather)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case do := <-r.asks:
		r.write(time.Now().Add(-patience))
		do()
	}
}

// patience is how long the writer sleeps though nothing happens; 0 is for ever.
func (r *Recorder) patience(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.intake.waiting() {
		return patience
	}
	return r.mu.intake.excess.next(now)
}

// say tells the journal what instances wrote in excess.
func (r *Recorder) say(what func(excess, time.Time) []journal.Entry) {
	r.mu.Lock()
	entries := what(r.mu.intake.excess, time.Now())
	r.mu.Unlock()
	for _, e := range entries {
		r.tell(e)
	}
}

// write takes everything that waits, and partial lines that began before the given instant: all of them when it is zero.
func (r *Recorder) write(stale time.Time) {
	r.queue.drain(r.take, r.judge)
	r.say(excess.due)
	lines := r.takeLines(stale)
	for i := range lines {
		if r.means.Recognise != nil {
			r.means.Recognise(&lines[i])
		}
		lines[i].Text, lines[i].Message = r.means.Redact.Text(lines[i].Text), r.means.Redact.Text(lines[i].Message)
	}
	batch := Batch{Spans: r.spans, Lines: append(r.access, lines...)}
	slices.SortStableFunc(batch.Lines, func(a, b signal.Line) int { return a.At.Compare(b.At) })
	if len(batch.Spans)+len(batch.Lines) == 0 {
		return
	}
	r.report(r.means.Store.Write(batch), uint64(len(batch.Spans)+len(batch.Lines)))
	r.feed.Publish(batch.Lines...)
	clear(r.spans) // the arrays outlive their strings otherwise
	clear(r.said)
	clear(r.access)
	r.spans, r.said, r.access = r.spans[:0], r.said[:0], r.access[:0]
}

func (r *Recorder) takeLines(stale time.Time) []signal.Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	if stale.IsZero() {
		return r.mu.intake.rest(time.Now())
	}
	return r.mu.intake.take(stale, time.Now())
}

// take makes spans and an access line of one exchange.
func (r *Recorder) take(x *signal.Exchange) {
	x.Path, x.Reason = r.means.Redact.Text(x.Path), r.means.Redact.Text(x.Reason)
	r.spans = spansOf(x, &r.said, r.spans)
	r.access = append(r.access, accessOf(x))
	r.propagation.called(x)
}

// judge looks at a request that was served once all calls that were recorded before it are known.
func (r *Recorder) judge(x *signal.Exchange) {
	if notice := r.propagation.served(x); notice != nil {
		r.untraced.Store(r.propagation.untraced())
		r.tell(*notice)
	}
}

// report says once that the store refuses records, and once that it takes them again.
func (r *Recorder) report(err error, records uint64) {
	failing := r.failure.Load() != nil
	switch {
	case err != nil:
		r.unwritten.Add(records)
		r.failedSince += records
		r.failure.Store(err)
		if !failing {
			r.tell(journal.Entry{
				Kind: journal.Notice, Subject: "telemetry", Text: "traces and lines are not kept until it is mended",
				Why: err.Error(), Code: diag.StateUnusable,
			})
		}
	case failing:
		r.failure.Store(nil)
		r.tell(journal.Entry{
			Kind: journal.Notice, Subject: "telemetry",
			Text: fmt.Sprintf("traces and lines are kept again; %d records were lost", r.failedSince),
		})
		r.failedSince = 0
	}
}

func (r *Recorder) tell(e journal.Entry) {
	if r.means.Journal != nil {
		e.At = time.Now()
		r.means.Journal.Record(e)
	}
}
