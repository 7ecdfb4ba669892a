package node

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/proxy"
)

// fewListeners is a keeper that has only so many.
type fewListeners struct {
	left int
	held []string
}

var errNoMore = errors.New("too many open files")

func (f *fewListeners) Listen(key, network, address string) (net.Listener, error) {
	if f.left == 0 {
		return nil, errNoMore
	}
	f.left--
	f.held = append(f.held, key)
	return net.Listen(network, address)
}

func (f *fewListeners) Unlisten(key string) error {
	f.held = slices.DeleteFunc(f.held, func(held string) bool { return held == key })
	return nil
}

func TestPortsThatAreNotUsedAfterAllAreGivenBack(t *testing.T) {
	link, group := &fewListeners{left: 2}, lifecycle.NewGroup(t.Context())
	e := &edges{
		link: link, group: group, within: func() time.Duration { return time.Second },
		server: func(handle exchange.Handler, refuse func(*exchange.Exchange, error)) *proxy.Server {
			return &proxy.Server{Handler: handle, Refuse: refuse}
		},
	}
	e.mu.open = map[edgeName]*port{}
	calls := func(callees ...string) *program {
		app := appOf("a", "a", "b", "c", "d")
		for _, to := range callees {
			app.Services[0].Calls = append(app.Services[0].Calls, &graph.Call{To: to})
		}
		made, found := compile(app)
		if found.Failed() {
			t.Fatal(found)
		}
		return made
	}
	prepare := func(p *program) error {
		version, err := p.build(nil, meshMeans(nil, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.prepare(p.mesh.Edges(), version.mesh)
		return err
	}
	if err := prepare(calls("b")); err != nil {
		t.Fatal(err)
	}
	before, _ := e.address("a", "b")
	if err := prepare(calls("b", "c", "d")); !errors.Is(err, errNoMore) {
		t.Fatalf("preparing more than there is: %v", err)
	}
	if !slices.Equal(link.held, []string{"edge/a/b"}) || len(e.mu.open) != 1 {
		t.Errorf("held are %v", link.held)
	}
	if after, _ := e.address("a", "b"); after != before {
		t.Errorf("what was there is at %s, before at %s", after, before)
	}
	if err := group.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
