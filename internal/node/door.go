package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/snapshot"
)

// door is the gateway's listener and the server behind it. An address that is taken is tried again until it is free: the rest
// of the application runs meanwhile.
type door struct {
	link    *keeper.Client
	journal journal.Recorder
	group   *lifecycle.Group
	serve   func() *proxy.Server

	problem snapshot.Value[*api.Problem]
	// The rest belongs to the goroutine that applies files.
	address string
	server  *proxy.Server
	cancel  context.CancelFunc
}

const (
	gatewayKey = "gateway"
	retryDoor  = time.Second
	// drainWithin bounds the wait for exchanges of a listener that is given up.
	drainWithin = 30 * time.Second
)

// open makes the gateway listen at address (host:port), at of the file; what listened elsewhere drains.
func (d *door) open(address string, at diag.Position) {
	if address == d.address {
		return
	}
	d.leave()
	d.address, d.server = address, d.serve()
	l, err := d.link.Listen(gatewayKey, "tcp", address)
	d.tell(address, at, err)
	server, stopped := d.server, make(chan struct{})
	d.cancel = func() { close(stopped) }
	d.group.Go("gateway", func(ctx context.Context) error {
		for err != nil {
			select {
			case <-stopped:
				return nil
			case <-ctx.Done():
				return nil
			case <-time.After(retryDoor):
			}
			if l, err = d.link.Listen(gatewayKey, "tcp", address); err == nil {
				d.tell(address, at, nil)
			}
		}
		return server.Serve(ctx, l)
	})
}

// leave drains what listens now.
func (d *door) leave() {
	if d.server == nil {
		return
	}
	d.cancel()
	server := d.server
	d.group.Go("the former gateway", func(ctx context.Context) error {
		bounded, cancel := context.WithTimeout(ctx, drainWithin)
		defer cancel()
		_ = server.Shutdown(bounded) // exchanges that outlast it are cut
		return nil
	})
}

func (d *door) tell(address string, at diag.Position, err error) {
	if err == nil {
		d.problem.Store(nil)
		d.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "gateway", Text: "the gateway listens on " + address, Where: at})
		return
	}
	p := taken(address, at, err)
	d.problem.Store(p)
	d.journal.Record(journal.Entry{
		Kind: journal.Refused, Subject: "gateway", Text: p.Text, Why: p.Likely, Where: at, Code: diag.Code(p.Code),
	})
}

// taken says why an address cannot be listened on, and who has it.
func taken(address string, at diag.Position, err error) *api.Problem {
	p := &api.Problem{Code: string(diag.PortTaken), Where: where(at), Text: fmt.Sprintf("the gateway cannot listen on %s: %v", address, cause(err))}
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	if !errors.Is(err, syscall.EADDRINUSE) {
		p.Likely = "the address is none of this machine's, or the port needs more rights"
		return p
	}
	p.Text = fmt.Sprintf("the gateway cannot listen on %s: the port is taken", address)
	p.Likely = "another process listens there"
	if pid, program, known := runner.PortOwner(port); known {
		p.Likely = fmt.Sprintf("process %d (%s) listens there; stop it, or change gateway.listen", pid, program)
	}
	return p
}

// cause is the system's word alone.
func cause(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}
