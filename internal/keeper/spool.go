package keeper

import (
	"slices"
	"sync"
	"time"
)

const (
	// perChild bounds what is kept of one child's output, bookkeeping included.
	perChild = 256 << 10
	// inFlight bounds what a control process is sent before it acknowledges.
	inFlight = 512 << 10
	// piece is the most that one chunk holds, and chunkCost what each costs beside its data.
	piece     = 8 << 10
	chunkCost = 96
)

// spool keeps output until it is acknowledged. Beyond the bound of a child its oldest is dropped and counted.
type spool struct {
	// wake has a token when there may be something to send.
	wake chan struct{}
	mu   struct {
		sync.Mutex
		seq      uint64
		flying   int // bytes sent and not acknowledged, dropped since or not: who takes them has not yet
		gone     []departed
		children map[string]*ring
	}
}

// ring is one child's output, oldest first; chunks[:sent] were sent to the present control process.
type ring struct {
	chunks []chunk
	sent   int
	bytes  int
}

type chunk struct {
	seq    uint64
	stream string
	data   []byte
	at     time.Time
	lost   int64
	// unsure bytes, up to the sequence number unsureTo, were sent and then dropped before anybody acknowledged them: they
	// are lost only when another control process comes.
	unsure   int64
	unsureTo uint64
}

// departed is what was dropped while it was in flight; it leaves the window with its acknowledgement, as if it were still there.
type departed struct {
	seq  uint64
	cost int
}

func (c chunk) cost() int { return len(c.data) + chunkCost }

func newSpool() *spool {
	s := &spool{wake: make(chan struct{}, 1)}
	s.mu.children = map[string]*ring{}
	return s
}

// add keeps a copy of data, at most a piece long.
func (s *spool) add(key, stream string, data []byte, at time.Time) {
	s.mu.Lock()
	r := s.mu.children[key]
	if r == nil {
		r = &ring{}
		s.mu.children[key] = r
	}
	if !r.extend(stream, data) {
		s.mu.seq++
		r.push(chunk{seq: s.mu.seq, stream: stream, data: append([]byte(nil), data...), at: at})
	}
	for r.bytes > perChild && len(r.chunks) > 1 {
		if seq, cost := r.drop(); cost > 0 {
			s.mu.gone = append(s.mu.gone, departed{seq, cost})
		}
	}
	s.mu.Unlock()
	s.poke()
}

// next is the oldest output that was not sent, as long as the control process keeps up.
func (s *spool) next() (Output, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.flying >= inFlight {
		return Output{}, false
	}
	var from *ring
	var key string
	for k, r := range s.mu.children {
		if r.sent < len(r.chunks) && (from == nil || r.chunks[r.sent].seq < from.chunks[from.sent].seq) {
			from, key = r, k
		}
	}
	if from == nil {
		return Output{}, false
	}
	c := from.chunks[from.sent]
	from.sent++
	s.mu.flying += c.cost()
	return Output{Seq: c.seq, Key: key, Stream: c.stream, Data: c.data, At: c.at, Lost: c.lost}, true
}

// ack frees all output up to seq.
func (s *spool) ack(seq uint64) {
	s.mu.Lock()
	s.mu.gone = slices.DeleteFunc(s.mu.gone, func(d departed) bool {
		if d.seq <= seq {
			s.mu.flying -= d.cost
		}
		return d.seq <= seq
	})
	for key, r := range s.mu.children {
		s.mu.flying -= r.free(seq)
		if len(r.chunks) == 0 {
			delete(s.mu.children, key)
		}
	}
	s.mu.Unlock()
	s.poke()
}

// rewind has everything sent again, to a new control process.
func (s *spool) rewind() {
	s.mu.Lock()
	for _, r := range s.mu.children {
		r.rewind()
	}
	s.mu.flying, s.mu.gone = 0, nil
	s.mu.Unlock()
	s.poke()
}

// last is the sequence number of the newest output of a child that is still kept, else of what was given last.
func (s *spool) last(key string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.mu.children[key]; r != nil {
		return r.chunks[len(r.chunks)-1].seq
	}
	return 0
}

func (s *spool) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// extend adds data to the newest chunk when that was not sent and has room.
func (r *ring) extend(stream string, data []byte) bool {
	n := len(r.chunks)
	if n == 0 || r.sent == n || r.chunks[n-1].stream != stream || len(r.chunks[n-1].data)+len(data) > piece {
		return false
	}
	r.chunks[n-1].data = append(r.chunks[n-1].data, data...)
	r.bytes += len(data)
	return true
}

func (r *ring) push(c chunk) {
	r.chunks = append(r.chunks, c)
	r.bytes += c.cost()
}

// drop gives up the oldest chunk and returns its number, and how many bytes in flight it was.
func (r *ring) drop() (seq uint64, flying int) {
	oldest, next := r.chunks[0], &r.chunks[1]
	r.chunks = r.chunks[1:]
	r.bytes -= oldest.cost()
	if r.sent == 0 {
		next.lost += oldest.lost + int64(len(oldest.data))
		next.unsure, next.unsureTo = oldest.unsure, oldest.unsureTo
		return 0, 0
	}
	r.sent--
	next.unsure, next.unsureTo = oldest.unsure+oldest.lost+int64(len(oldest.data)), oldest.seq
	return oldest.seq, oldest.cost()
}

func (r *ring) free(seq uint64) (flying int) {
	for len(r.chunks) > 0 && r.sent > 0 && r.chunks[0].seq <= seq {
		flying += r.chunks[0].cost()
		r.bytes -= r.chunks[0].cost()
		r.chunks = r.chunks[1:]
		r.sent--
	}
	if len(r.chunks) == 0 {
		r.chunks = nil
	} else if r.chunks[0].unsureTo <= seq {
		r.chunks[0].unsure = 0
	}
	return flying
}

func (r *ring) rewind() {
	r.sent = 0
	if len(r.chunks) > 0 {
		r.chunks[0].lost += r.chunks[0].unsure
		r.chunks[0].unsure = 0
	}
}
