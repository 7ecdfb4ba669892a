package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// single is one service: how it was built and runs, its instances, its edges, what it wrote and what it is started with.
type single struct {
	service
	Cards       []card
	CalledBy    []rate
	CallsTo     []rate
	Window      seconds
	Lines       []line
	Traces      []summary
	Environment []variable
	Changes     []deed
}

func (v views) service(ctx context.Context, r *http.Request, s *sheet) error {
	name := Text(plain(r.PathValue("service")))
	services, traffic, err := v.load(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(services, func(s service) bool { return s.Name == name })
	if at < 0 {
		return &failure{Status: http.StatusNotFound, Title: "There is no service " + name, Detail: "It may have been removed from the file since."}
	}
	one := single{service: services[at], Window: traffic.Window}
	one.CalledBy, one.CallsTo = traffic.callers(one.service), traffic.callees(one.service)
	if wrong, is := one.card(s.Now); is {
		one.Cards = []card{wrong}
	}
	if err := v.evidence(ctx, &one); err != nil {
		return err
	}
	s.Title, s.Body, s.Commands = string(name), one, one.commands()
	return nil
}

// evidence is what was seen of the service.
func (v views) evidence(ctx context.Context, one *single) (err error) {
	name := string(one.Name)
	if one.Lines, err = v.ask.lines(ctx, url.Values{"service": {name}, "limit": {"40"}}); err != nil {
		return err
	}
	if one.Traces, err = v.ask.traces(ctx, url.Values{"service": {name}, "limit": {"10"}}); err != nil {
		return err
	}
	deeds, err := v.ask.journal(ctx, 500)
	if err != nil {
		return err
	}
	one.Changes = concerning(deeds, name)
	if one.External {
		return nil
	}
	one.Environment, err = v.ask.environment(ctx, name)
	return err
}

// concerning are the newest entries about a service or an instance of it.
func concerning(deeds []deed, service string) []deed {
	var own []deed
	for _, d := range deeds {
		subject, _, _ := strings.Cut(string(d.Subject), ".")
		if subject == service && len(own) < recent {
			own = append(own, d)
		}
	}
	return own
}

func (s single) commands() []string {
	name := string(s.Name)
	if s.External {
		return []string{"banyan ps " + name, "banyan trace --service " + name}
	}
	if s.Resource {
		return []string{"banyan logs -f " + name, "banyan env " + name, "banyan restart " + name, "banyan stop " + name}
	}
	return []string{
		"banyan logs -f " + name, "banyan env " + name, "banyan call " + name + " GET /", "banyan restart " + name,
		"banyan scale " + name + "=2", "banyan trace --service " + name,
	}
}
