package dashboard

import (
	"context"
	"net/http"
)

// census is every service with its cost, and every edge with its traffic.
type census struct {
	Services []loaded
	Edges    []rate
	Window   seconds
}

func (v views) services(ctx context.Context, _ *http.Request, s *sheet) error {
	services, traffic, err := v.load(ctx)
	if err != nil {
		return err
	}
	s.Title, s.Body = "Services", census{with(traffic, services), traffic.Edges, traffic.Window}
	s.Commands = []string{"banyan ps", "banyan top", "banyan graph"}
	return nil
}
