package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// aged is a list of traces with the instant that their ages count from.
type aged struct {
	Now    time.Time
	Traces []summary
}

func agedOf(now time.Time, traces []summary) aged { return aged{now, traces} }

// list is the newest traces that a filter lets pass.
type list struct {
	Service Text
	Failed  bool
	Traces  []summary
}

func (v views) traces(ctx context.Context, r *http.Request, s *sheet) error {
	q := r.URL.Query()
	l := list{Service: Text(plain(q.Get("service"))), Failed: q.Get("failed") == "true"}
	query, command := url.Values{"limit": {"100"}}, "banyan trace"
	if l.Service != "" {
		query.Set("service", string(l.Service))
		command += " --service " + argument(string(l.Service))
	}
	if l.Failed {
		query.Set("failed", "true")
		command += " --failed"
	}
	var err error
	if l.Traces, err = v.ask.traces(ctx, query); err != nil {
		return err
	}
	s.Title, s.Body, s.Commands = "Traces", l, []string{command, "banyan trace --last"}
	return nil
}
