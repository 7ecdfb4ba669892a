package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/reconcile"
)

// succession takes the wish that another program controls the application.
type succession struct {
	link    *keeper.Client
	leaving func() bool
	// asked has room for one: the first wish ends this process.
	asked chan string
}

// errHandOver ends the control of this process: another one is to have it.
var errHandOver = errors.New("another control process is to take over")

// Succeed implements api.Succession.
func (s *succession) Succeed(executable string) error {
	at, err := os.Stat(executable)
	switch {
	case !s.link.CanHandOver():
		return problem.New(diag.Unsupported, "the keeper of this run is of a version that cannot hand over: banyan down, then banyan up")
	case s.leaving():
		return reconcile.TooLate()
	case !filepath.IsAbs(executable) || err != nil || !at.Mode().IsRegular() || at.Mode()&0o111 == 0:
		return problem.New(diag.BadArgument, "%q is no absolute path of a program.", executable)
	}
	select {
	case s.asked <- executable:
		return nil
	default:
		return problem.New(diag.BadArgument, "another banyan is just taking over.")
	}
}

func executable() string {
	path, _ := os.Executable() // empty where the system does not tell
	return path
}

const (
	// idleGrace is how long idle connections are left open after a hand-over, so that a request that is on its way over one is answered.
	idleGrace = 2 * time.Second
	// flushEvery is how long records wait to be sent to the successor.
	flushEvery = 100 * time.Millisecond
)

// handOver closes all that is written, has the successor begin, and then answers what is open here, for as long as that takes: nothing
// new comes, for nothing listens here any more. It ends early with the run.
func (n *running) handOver(ctx context.Context, group, serving *lifecycle.Group) error {
	inner, p := context.WithoutCancel(ctx), n.application.plane
	n.journal.Record(journal.Entry{
		Kind: journal.Notice, Subject: "control", Text: "handing over to " + n.successor, Why: "banyan upgrade",
	})
	left := &legacy{pass: n.link.Pass}
	p.legacy.Store(left)
	stopped := group.Stop(inner)
	err := n.link.Succeed(ctx, n.successor)
	// What could not be closed well, as a store on a full disk, is told and cuts nobody off: the successor has taken over.
	if err == nil {
		p.retire()
		bounded, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-n.link.Done(): // the run has ended
				cancel()
			case <-bounded.Done():
			}
		}()
		p.seeOut(bounded, left)
	}
	return errors.Join(stopped, err, serving.Stop(inner), left.flush(), n.link.Close())
}

// retire stops listening; the keeper has the sockets still.
func (p *plane) retire() {
	for _, d := range []*door{p.door, p.secure} {
		if server := d.retire(); server != nil {
			server.Retire()
		}
	}
	for _, one := range p.edges.all() {
		if one.retire != nil {
			one.retire()
		}
	}
}

// seeOut returns when no exchange is open any more, or when ctx ends. Records of those that end meanwhile are sent on.
func (p *plane) seeOut(ctx context.Context, left *legacy) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-time.After(idleGrace):
		case <-ctx.Done():
		}
		var all sync.WaitGroup
		for _, d := range []*door{p.door, p.secure} {
			if server := d.retire(); server != nil {
				all.Go(func() { _ = server.Shutdown(ctx) }) // what is open at the end of the run is cut
			}
		}
		for _, one := range p.edges.all() {
			all.Go(func() { _ = one.shutdown(ctx) })
		}
		all.Wait()
	}()
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = left.flush() // a keeper that is gone ends ctx
		case <-ended:
			return
		}
	}
}

// retire gives up waiting for addresses and returns what serves the gateway, nil when nothing does.
func (d *door) retire() *proxy.Server {
	d.next()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mu.serving
}

// all are the open ports.
func (e *edges) all() []*port {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []*port
	for _, p := range e.mu.open {
		all = append(all, p)
	}
	return all
}
