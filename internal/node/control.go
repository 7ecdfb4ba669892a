package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/runner"
)

// control is where the control API answers: on its socket, and with a token on loopback, beside the page.
type control struct {
	ports *ports
	group *lifecycle.Group
	token string
	// url is that of the loopback listener.
	url string
}

const apiKey = "api"

// open makes both listeners and serves handler; page is what browsers get.
func (c *control) open(socket string, handler, page http.Handler) error {
	wide, err := c.loopback()
	if err != nil {
		return fmt.Errorf("opening the control API on loopback: %w", err)
	}
	c.url = "http://" + wide.Addr().String() // before anybody can ask for it
	l, err := api.Listen(socket, func(pid int) bool { return supervised(c.ports.link, pid) })
	if err != nil {
		return err
	}
	c.serve("control socket", l, handler)
	mux := http.NewServeMux()
	guarded := api.Bearer(c.token, api.Withheld(handler)) // a page and its token are not where secrets are shown
	mux.Handle("/v1/", guarded)
	// Which program runs is for whoever may use the socket: a token that leaked must not start one.
	mux.HandleFunc("/v1/succeed", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "only over the control socket", http.StatusForbidden)
	})
	mux.Handle("/metrics", guarded)
	mux.Handle("/", page)
	c.serve("control API", wide, api.Local(mux))
	return nil
}

// loopback is the listener for browsers, at the port that the copy keeps: at first that after the gateway's usual one, where it
// can be had. A named copy leaves that one to the application itself.
func (c *control) loopback() (net.Listener, error) {
	if usual := usualAPI(); c.ports.fresh(apiKey) && c.ports.place.Name == "" && !c.ports.kept.Claim(apiKey, usual) {
		l, err := c.ports.Listen(apiKey, "tcp", anyPort)
		if err == nil {
			c.ports.note(apiKey, usual, portOf(l.Addr().String()))
		}
		return l, err
	}
	return c.ports.Listen(apiKey, "tcp", anyPort)
}

func usualAPI() int { return portOf(graph.DefaultListen) + 1 }

func (c *control) serve(name string, l net.Listener, handler http.Handler) {
	const headTime = 10 * time.Second
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headTime}
	c.group.Go(name, func(ctx context.Context) error {
		// A group of which another part failed waits for all of them.
		defer context.AfterFunc(ctx, func() { _ = server.Close() })()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving the %s: %w", name, err)
		}
		return nil
	})
	c.group.OnStop(name, func(context.Context) error { return server.Close() })
}

// supervised tells whether a process belongs to an instance or descends from one: those may not use the control socket.
func supervised(link *keeper.Client, pid int) bool {
	_, is := runner.Member(pid, leaders(link))
	return is
}
