package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

// Ports are those of 127.0.0.1 that a copy keeps between runs, each under a key. No two copies of one user are given the same port,
// whether they run or not: who chooses has the turn, and looks at what the others keep. A process of somebody else may take one
// nevertheless; then another is chosen.
type Ports struct {
	place Place
	// Moved is told when a kept port gives way to another, because somebody has it.
	moved func(key string, from, to int)
	free  func(port int) bool
	mu    struct {
		sync.Mutex
		kept  map[string]int
		taken map[string]bool
	}
}

// ledger is the file.
type ledger struct {
	Version int            `json:"version"`
	Ports   map[string]int `json:"ports"`
}

const (
	ledgerName    = "ports.json"
	ledgerVersion = 1
	// Ports are chosen from first on, below those that systems give to whoever asks for any: an outgoing connection may have one
	// of those at any time.
	firstPort, portCount = 20000, 10000
	// mostKept bounds the file; beyond it what this run did not use is forgotten.
	mostKept = 1000
)

var errNoPort = errors.New("no free port on 127.0.0.1")

// OpenPorts reads what the copy kept; what cannot be read is as nothing.
func OpenPorts(at Place, moved func(key string, from, to int)) *Ports {
	p := &Ports{place: at, moved: moved, free: free}
	p.mu.kept, p.mu.taken = readLedger(at), map[string]bool{}
	return p
}

// readLedger is never nil.
func readLedger(at Place) map[string]int {
	var l ledger
	text, err := os.ReadFile(filepath.Join(at.State(), ledgerName))
	if err != nil || json.Unmarshal(text, &l) != nil || l.Ports == nil {
		return map[string]int{}
	}
	for key, port := range l.Ports {
		if port < 1 || port > 65535 {
			delete(l.Ports, key)
		}
	}
	return l.Ports
}

// Take returns the port that is kept under key when nobody listens there, and else another, which is kept from then on. With anew
// it is another in any case: whoever got the kept one could not use it. A ledger that cannot be written costs stability alone.
func (p *Ports) Take(key string, anew bool) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done, err := turn()
	if err == nil {
		defer func() { _ = done() }()
	}
	return p.choose(key, anew, p.foreign())
}

// foreign are the ports that other copies keep.
func (p *Ports) foreign() map[int]bool {
	all := map[int]bool{}
	for _, e := range Known() {
		if e.Place == p.place {
			continue
		}
		for _, port := range readLedger(e.Place) {
			all[port] = true
		}
	}
	return all
}

// choose belongs to whoever has the lock and the turn.
func (p *Ports) choose(key string, anew bool, foreign map[int]bool) (int, error) {
	before := p.mu.kept[key]
	if before != 0 && !anew && !foreign[before] && p.free(before) {
		p.mu.taken[key] = true
		return before, nil
	}
	own := map[int]bool{}
	for _, port := range p.mu.kept {
		own[port] = true
	}
	begin := start(p.place, key)
	for i := range portCount {
		port := firstPort + (begin+i)%portCount
		if own[port] || foreign[port] || !p.free(port) {
			continue
		}
		if before != 0 && !anew && p.moved != nil {
			p.moved(key, before, port)
		}
		p.keep(key, port)
		return port, nil
	}
	return 0, errNoPort
}

// Claim keeps one certain port under key, and tells whether it could: nobody listens there, and no other copy keeps it.
func (p *Ports) Claim(key string, port int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	done, err := turn()
	if err == nil {
		defer func() { _ = done() }()
	}
	if p.foreign()[port] || !p.free(port) {
		return false
	}
	p.keep(key, port)
	return true
}

// Kept is the port under key, 0 when there is none.
func (p *Ports) Kept(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.kept[key]
}

func (p *Ports) keep(key string, port int) {
	p.mu.kept[key], p.mu.taken[key] = port, true
	if len(p.mu.kept) > mostKept {
		for old := range p.mu.kept {
			if !p.mu.taken[old] {
				delete(p.mu.kept, old)
			}
		}
	}
	text, err := json.Marshal(ledger{ledgerVersion, p.mu.kept})
	if err == nil {
		_ = atomicfile.Replace(filepath.Join(p.place.State(), ledgerName), text, 0o600) // a full disk must not stop services
	}
}

// start spreads copies and keys over the range, and gives the same port again where the ledger was lost.
func start(at Place, key string) int {
	h := fnv.New32a()
	fmt.Fprint(h, at.State(), "\x00", key)
	return int(h.Sum32() % portCount)
}

// free tells whether nobody listens on a port of 127.0.0.1.
func free(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
