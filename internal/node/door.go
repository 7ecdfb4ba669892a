package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/snapshot"
)

// door is a listener of the gateway and the server behind it. An address that is taken is tried again until it is free: the rest
// of the application runs meanwhile.
type door struct {
	// key names the socket to the keeper, noun the door to people, and setting the line of the file that moves it.
	key, noun, setting string
	// ready says why nothing can be served yet; nil is nothing.
	ready   func() error
	link    listeners
	journal journal.Recorder
	group   *lifecycle.Group
	serve   func() *proxy.Server
	// within bounds the wait for exchanges of a listener that is given up.
	within func() time.Duration

	problem snapshot.Value[*api.Problem]
	// listening is the address of the newest listener, empty before there was one.
	listening snapshot.Value[string]
	// address is where it is to listen; it belongs to the goroutine that applies files.
	address string
	mu      struct {
		sync.Mutex
		// turn counts the addresses that were asked for; serving is what listens, at an earlier one while the newest is taken.
		turn    int
		serving *proxy.Server
		at      string
	}
}

const (
	gatewayKey = "gateway"
	secureKey  = "gateway/https"
	retryDoor  = time.Second
	// giveWay is how long the gateway waits for its own listener to be closed.
	giveWay = 500 * time.Millisecond
)

// open makes the gateway listen at address (host:port), at of the file; an empty one closes the door. What listens elsewhere drains once that is so: an address
// that is taken costs no request.
func (d *door) open(address string, at diag.Position) {
	if address == d.address {
		return
	}
	d.address = address
	turn := d.next()
	if address == "" {
		d.close(turn)
		return
	}
	l, err := d.listen(address, turn)
	d.tell(actual(address, l), at, err)
	server := d.serve()
	if err == nil {
		d.change(server, address, turn)
	}
	d.group.Go(d.key, func(ctx context.Context) error {
		for err != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(retryDoor):
			}
			if !d.newest(turn) {
				return nil
			}
			if l, err = d.bind(address); err != nil {
				continue
			}
			if !d.change(server, address, turn) {
				return l.Close()
			}
			d.tell(actual(address, l), at, nil)
		}
		return server.Serve(ctx, l)
	})
}

// close has nobody listen any more; what is open drains.
func (d *door) close(turn int) {
	d.change(nil, "", turn)
	_ = d.link.Unlisten(d.key) // a keeper that is gone holds nothing
	d.problem.Store(nil)
	d.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "gateway", Text: d.noun + " listens no more"})
}

func (d *door) bind(address string) (net.Listener, error) {
	if d.ready != nil {
		if err := d.ready(); err != nil {
			return nil, err
		}
	}
	return d.link.Listen(d.key, "tcp", address)
}

// actual is where a listener listens when it was asked for at address, whose port may have been left open.
func actual(address string, l net.Listener) string {
	if _, port, err := net.SplitHostPort(address); l != nil && err == nil && port == "0" {
		return l.Addr().String()
	}
	return address
}

// listen has the keeper listen. What stands in its own way, as 127.0.0.1:80 does in that of 0.0.0.0:80, gives way first.
func (d *door) listen(address string, turn int) (l net.Listener, err error) {
	_, port, _ := net.SplitHostPort(address)
	own := d.stands(port)
	if own {
		d.change(nil, "", turn)
	}
	for began := time.Now(); ; <-time.After(giveWay / 100) {
		l, err = d.bind(address)
		if err == nil || !own || time.Since(began) > giveWay {
			return l, err
		}
	}
}

// next begins a turn: what still waits for an earlier address gives up.
func (d *door) next() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.turn++
	return d.mu.turn
}

func (d *door) newest(turn int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mu.turn == turn
}

// stands tells whether what listens now has a port.
func (d *door) stands(port string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, mine, err := net.SplitHostPort(d.mu.at)
	return err == nil && mine == port && port != "0"
}

// change has another server listen, and drains the one before; it does nothing when a newer address was asked for.
func (d *door) change(server *proxy.Server, address string, turn int) bool {
	former, newest := d.replace(server, address, turn)
	if former == nil {
		return newest
	}
	d.group.Go("the former gateway", func(ctx context.Context) error {
		bounded, cancel := context.WithTimeout(ctx, d.within())
		defer cancel()
		_ = former.Shutdown(bounded) // exchanges that outlast it are cut
		return nil
	})
	return newest
}

func (d *door) replace(server *proxy.Server, address string, turn int) (former *proxy.Server, newest bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.turn != turn {
		return nil, false
	}
	former, d.mu.serving, d.mu.at = d.mu.serving, server, address
	return former, true
}

func (d *door) tell(address string, at diag.Position, err error) {
	if err == nil {
		d.problem.Store(nil)
		d.listening.Store(address)
		d.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "gateway", Text: d.noun + " listens on " + address, Where: at})
		return
	}
	p := d.taken(address, at, err)
	d.problem.Store(p)
	d.journal.Record(journal.Entry{
		Kind: journal.Refused, Subject: "gateway", Text: p.Text, Why: p.Likely, Where: at, Code: diag.Code(p.Code),
	})
}

// taken says why an address cannot be listened on, and who has it.
func (d *door) taken(address string, at diag.Position, err error) *api.Problem {
	if p, is := ofAuthority(err); is {
		return p
	}
	p := &api.Problem{Code: string(diag.PortTaken), Where: where(at), Text: fmt.Sprintf("%s cannot listen on %s: %v", d.noun, address, cause(err))}
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	if !errors.Is(err, syscall.EADDRINUSE) {
		p.Likely = "the address is none of this machine's, or the port needs more rights"
		return p
	}
	p.Text = fmt.Sprintf("%s cannot listen on %s: the port is taken", d.noun, address)
	p.Likely = "another process listens there"
	if pid, program, known := runner.PortOwner(port); known {
		p.Likely = fmt.Sprintf("process %d (%s) listens there; stop it, change %s, or start a copy with banyan up --isolated", pid, program, d.setting)
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
