package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/runner"
)

// control is where the control API answers: on its socket, and with a token on loopback, beside the page.
type control struct {
	link  *keeper.Client
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
	l, err := api.Listen(socket, func(pid int) bool { return supervised(c.link, pid) })
	if err != nil {
		return err
	}
	c.serve("control socket", l, handler)
	mux := http.NewServeMux()
	guarded := api.Bearer(c.token, handler)
	mux.Handle("/v1/", guarded)
	mux.Handle("/metrics", guarded)
	mux.Handle("/", page)
	c.serve("control API", wide, api.Local(mux))
	return nil
}

// loopback is the listener for browsers, at a port that stays where it can: the one after the gateway's usual one.
func (c *control) loopback() (net.Listener, error) {
	for _, address := range []string{c.held(), usualAPI(), "127.0.0.1:0"} {
		if address == "" {
			continue
		}
		l, err := c.link.Listen(apiKey, "tcp", address)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, syscall.EADDRINUSE
}

func (c *control) held() string { return c.link.Listeners()[apiKey] }

func usualAPI() string {
	host, text, _ := net.SplitHostPort(graph.DefaultListen)
	port, _ := strconv.Atoi(text)
	return net.JoinHostPort(host, strconv.Itoa(port+1))
}

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
