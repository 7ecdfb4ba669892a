package node

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/snapshot"
)

// ports are the listeners of a copy, held by the keeper: where the port is left open they get the one that the copy keeps between
// runs, or another one when somebody has that.
type ports struct {
	place   project.Place
	link    *keeper.Client
	kept    *project.Ports
	journal journal.Recorder
	// moved says whose port is another one than before.
	moved snapshot.Value[[]string]
}

// anyPort leaves the port open.
const anyPort = "127.0.0.1:0"

// portTries bounds how often another port is chosen because somebody took the one before in the meantime.
const portTries = 8

func openPorts(at project.Place, link *keeper.Client, to journal.Recorder) *ports {
	p := &ports{place: at, link: link, journal: to}
	p.kept = project.OpenPorts(at, p.note)
	return p
}

// gateway is where a door of the gateway listens: as the file says, but for a named copy, which has ports of its own. One that is not
// declared stays closed.
func (p *ports) gateway(declared string) string {
	if p.place.Name == "" || declared == "" {
		return declared
	}
	return anyPort
}

// fresh tells whether nothing is known of a port yet, neither from an earlier run nor from an earlier control process.
func (p *ports) fresh(key string) bool { return p.kept.Kept(key) == 0 && p.link.Listeners()[key] == "" }

// Listen implements listeners.
func (p *ports) Listen(key, network, address string) (net.Listener, error) {
	if address != anyPort {
		return p.link.Listen(key, network, address)
	}
	if held := p.link.Listeners()[key]; held != "" {
		return p.link.Listen(key, network, held)
	}
	for try := 0; ; try++ {
		port, err := p.kept.Take(key, try > 0)
		if err != nil {
			return nil, err
		}
		l, err := p.link.Listen(key, network, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if try == portTries || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
}

// Unlisten implements listeners.
func (p *ports) Unlisten(key string) error { return p.link.Unlisten(key) }

// note tells that something has another port than before, and who has that one.
func (p *ports) note(key string, from, to int) {
	who, why := spokenOf(key), "another process has it"
	if pid, program, known := runner.PortOwner(from); known {
		why = fmt.Sprintf("process %d (%s) has it", pid, program)
	} else if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(from))); err == nil {
		_ = l.Close() // it was opened to see that nobody has it
		why = "another application of yours keeps it"
	}
	text := fmt.Sprintf("%s has port %d instead of %d", who, to, from)
	p.moved.Update(func(all []string) []string { return append(all[:len(all):len(all)], text+": "+why) })
	p.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "ports", Text: text, Why: why})
}

// spokenOf is what a key stands for, in words.
func spokenOf(key string) string {
	if edge, is := strings.CutPrefix(key, "edge/"); is {
		return "the call " + strings.Replace(edge, "/", " → ", 1)
	}
	switch key {
	case apiKey:
		return "the dashboard"
	case gatewayKey:
		return "the gateway"
	case secureKey:
		return "the gateway's HTTPS"
	}
	return key
}

// portOf is the port of host:port, 0 where there is none.
func portOf(address string) int {
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	return port
}
