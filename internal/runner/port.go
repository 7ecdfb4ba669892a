package runner

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Ports hands out free ports of 127.0.0.1.
type Ports struct {
	mu struct {
		sync.Mutex
		given map[int]time.Time
	}
}

const (
	// portRest is how long a port is not handed out again: who got it may not have bound it yet.
	portRest  = time.Minute
	portTries = 256
)

var errNoPort = errors.New("no free port on 127.0.0.1")

// FreePort returns a port that nobody listens on now and that was not handed out in the last minute.
func (p *Ports) FreePort() (int, error) {
	for range portTries {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("finding a free port: %w", err)
		}
		address, ok := l.Addr().(*net.TCPAddr)
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("finding a free port: %w", err)
		}
		if ok && p.give(address.Port, time.Now()) {
			return address.Port, nil
		}
	}
	return 0, errNoPort
}

func (p *Ports) give(port int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.given == nil {
		p.mu.given = map[int]time.Time{}
	}
	for old, at := range p.mu.given {
		if now.Sub(at) > portRest {
			delete(p.mu.given, old)
		}
	}
	if _, resting := p.mu.given[port]; resting {
		return false
	}
	p.mu.given[port] = now
	return true
}
