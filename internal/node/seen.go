package node

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/red"
	"github.com/banyan-run/banyan/internal/telemetry/waterfall"
)

// rateWindow is how far back the rates look.
const rateWindow = 10 * time.Second

// settleWithin bounds the wait for what was recorded before a question was asked.
const settleWithin = 200 * time.Millisecond

// settle has what was seen so far written, so that an answer knows the request that has just ended. Where that takes too long
// the answer is what is there.
func (s *sight) settle() {
	ctx, cancel := context.WithTimeout(context.Background(), settleWithin)
	defer cancel()
	_ = s.recorder.Sync(ctx)
}

func (s *sight) Lines(q api.LineQuery) ([]api.Line, error) {
	query, err := lineQuery(q)
	if err != nil {
		return nil, err
	}
	s.settle()
	lines, err := s.store.Lines(query)
	return mapped(lines, lineOf), err
}

func (s *sight) FollowLines(ctx context.Context, q api.LineQuery) iter.Seq[api.Line] {
	return func(yield func(api.Line) bool) {
		query, err := lineQuery(q)
		if err != nil {
			return
		}
		past, follower, err := s.recorder.Follow(ctx, query)
		if err != nil {
			return
		}
		defer follower.Close()
		for {
			for _, l := range past {
				if !yield(lineOf(l)) {
					return
				}
			}
			var lost uint64
			if past, lost, err = follower.Next(ctx); err != nil {
				return
			}
			if lost > 0 && !yield(lostLine(lost)) {
				return
			}
		}
	}
}

func (s *sight) Traces(q api.TraceQuery) ([]api.TraceSummary, error) {
	s.settle()
	list, err := s.store.Traces(telemetry.TraceQuery{Service: q.Service, Slower: q.Slower, Failed: q.Failed, Limit: q.Limit})
	return mapped(list, summaryOf), err
}

func (s *sight) Trace(id string) (api.Trace, error) {
	s.settle()
	spans, err := s.store.Trace(strings.ToLower(id))
	switch {
	case errors.Is(err, telemetry.ErrNoTrace):
		return api.Trace{}, problem.New(diag.NoSuchTrace, "No span of a trace %s is kept.", id)
	case errors.Is(err, telemetry.ErrAmbiguous):
		return api.Trace{}, problem.New(diag.BadArgument, "More than one trace begins with %s; give more digits.", id)
	case err != nil:
		return api.Trace{}, err
	}
	var summary telemetry.Summary
	for i := range spans {
		summary.Add(&spans[i])
	}
	tree := waterfall.Build(spans)
	trace := api.Trace{TraceSummary: summaryOf(summary), Rows: mapped(tree.Rows, rowOf)}
	trace.Duration, trace.Hops, trace.Retries = api.SecondsOf(tree.Total), tree.Hops, tree.Retries
	lines, err := s.store.Lines(telemetry.LineQuery{Trace: summary.ID.String(), Limit: 10_000})
	trace.Lines = len(lines)
	trace.Notes = tree.Remarks()
	for _, service := range s.recorder.Untraced() {
		trace.Notes = append(trace.Notes, service+" does not pass traceparent on: its own calls begin traces of their own")
	}
	return trace, err
}

func (s *sight) Rates() api.Rates {
	rates := s.meter.Rates(rateWindow, time.Now())
	return api.Rates{Window: api.SecondsOf(rates.Window), Edges: mapped(rates.Edges, rateOf)}
}

func (s *sight) Journal(limit int) ([]api.Deed, error) {
	if limit == 0 {
		limit = 100
	}
	return mapped(s.journal.Last(limit), deedOf), nil
}

func (s *sight) FollowJournal(ctx context.Context) iter.Seq[api.Deed] {
	return func(yield func(api.Deed) bool) {
		_, follower := s.journal.Follow(0)
		defer follower.Close()
		for {
			entries, _, err := follower.Next(ctx)
			if err != nil {
				return
			}
			for _, e := range entries {
				if !yield(deedOf(e)) {
					return
				}
			}
		}
	}
}

func lineQuery(q api.LineQuery) (telemetry.LineQuery, error) {
	query := telemetry.LineQuery{
		Services: q.Services, Instance: q.Instance, Trace: strings.ToLower(q.Trace), Since: q.Since, Limit: q.Limit, Access: q.Access,
		Words: q.Words,
	}
	if q.Level == "" {
		return query, nil
	}
	for level := signal.Trace; level <= signal.Fatal; level++ {
		if strings.EqualFold(level.String(), q.Level) {
			query.Level = level
			return query, nil
		}
	}
	return query, problem.New(diag.BadArgument, "%q is no level: there are trace, debug, info, warn, error and fatal.", q.Level)
}

func mapped[From, To any](list []From, of func(From) To) []To {
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = of(v)
	}
	return out
}

func lineOf(l signal.Line) api.Line {
	line := api.Line{At: l.At, Service: l.Service, Instance: l.Instance, Stream: l.Stream, Level: l.Level.String(), Text: l.Text}
	if !l.Trace.IsZero() {
		line.Trace = l.Trace.String()
	}
	return line
}

func summaryOf(s telemetry.Summary) api.TraceSummary {
	return api.TraceSummary{
		ID: s.ID.String(), Name: s.Name, Service: s.Service, Status: s.Status, Failed: s.Failed,
		Start: s.Start, Duration: api.SecondsOf(s.Duration), Hops: s.Hops, Retries: s.Retries,
	}
}

func rowOf(r waterfall.Row) api.TraceRow {
	return api.TraceRow{
		Depth: r.Depth, Name: r.Name, What: r.What, Offset: api.SecondsOf(r.Offset), Duration: api.SecondsOf(r.Duration),
		Status: r.Status, Failed: r.Failed, Critical: r.Critical, Retry: r.Retry, Message: r.Message,
	}
}

func rateOf(r red.Rate) api.Rate {
	return api.Rate{
		Caller: r.Caller, Callee: r.Callee, PerSecond: r.PerSecond, Errors: r.Errors,
		P50: api.SecondsOf(r.P50), P95: api.SecondsOf(r.P95), P99: api.SecondsOf(r.P99),
	}
}

func deedOf(e journal.Entry) api.Deed {
	return api.Deed{
		At: e.At, Kind: string(e.Kind), Subject: e.Subject, Text: e.Text, Why: e.Why,
		Where: where(e.Where), Code: string(e.Code), Lines: e.Lines,
	}
}

func lostLine(lost uint64) api.Line {
	return api.Line{At: time.Now(), Service: "banyan", Stream: "stderr", Level: signal.Warn.String(),
		Text: "this reader is too slow: " + count(lost, "line") + " left out"}
}
