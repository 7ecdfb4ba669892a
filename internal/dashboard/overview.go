package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// recent is how many entries of the journal, and newest how many traces, stand beside something else.
const recent, newest = 8, 6

// overview answers from top to bottom: is it all right; if not, what is wrong; how are the services; what went through lately,
// and what changed.
type overview struct {
	Grade    Grade
	Verdict  string
	Cards    []card
	Gateway  rate
	Window   seconds
	Services []loaded
	Traces   []summary
	Journal  []deed
}

// loaded is a service with the traffic into it.
type loaded struct {
	service
	Rate rate
}

func (v views) overview(ctx context.Context, _ *http.Request, s *sheet) error {
	services, traffic, err := v.load(ctx)
	if err != nil {
		return err
	}
	deeds, err := v.ask.journal(ctx, recent)
	if err != nil {
		return err
	}
	o := overview{Cards: cards(s.Now, s.App, services), Window: traffic.Window, Gateway: traffic.from("gateway"), Services: with(traffic, services), Journal: deeds}
	if o.Traces, err = v.ask.traces(ctx, url.Values{"limit": {strconv.Itoa(newest)}}); err != nil {
		return err
	}
	o.Grade, o.Verdict = judge(s.App, services, o.Cards)
	s.Title, s.Body, s.Commands = "Overview", o, []string{"banyan status", "banyan ps", "banyan trace", "banyan journal"}
	return nil
}

func (v views) load(ctx context.Context) ([]service, rates, error) {
	services, err := v.ask.services(ctx)
	if err != nil {
		return nil, rates{}, err
	}
	traffic, err := v.ask.rates(ctx)
	return services, traffic, err
}

func with(traffic rates, services []service) []loaded {
	list := make([]loaded, len(services))
	for i, s := range services {
		list[i] = loaded{s, traffic.into(s.Name)}
	}
	return list
}

// judge is the overview's first sentence.
func judge(a app, services []service, wrong []card) (Grade, string) {
	worst, count, unready, out := Calm, 0, 0, 0
	for _, c := range wrong {
		worst = max(worst, c.Grade)
	}
	for _, s := range services {
		if !s.External && !s.Resource && !s.Absent {
			count++
		}
		if s.Grade() > Calm {
			unready++
		}
		if s.Absent {
			out++
		}
	}
	all := len(services) - out
	switch {
	case worst == Calm && a.Phase == running:
		verdict := fmt.Sprintf("All right: %s", plural(count, "service"))
		if out > 0 {
			verdict += fmt.Sprintf(", %d more not in the set", out)
		}
		return Calm, verdict
	case a.Phase != running && worst <= Coming:
		return Coming, fmt.Sprintf("%s is %s: %d of %s ready", a.Name, a.Phase, all-unready, plural(all, "service"))
	case unready > 0:
		return worst, fmt.Sprintf("Not all right: %d of %s not ready", unready, plural(all, "service"))
	}
	return worst, "Not all right"
}
