package h2

import "golang.org/x/net/http2"

// hush are streams that have ended for this end while the peer may still send on them: what comes is ignored, as RFC 9113 §5.1 asks,
// and its windows are given back. All of it is guarded by the link's lock.
type hush struct {
	// reset were told so, the oldest first to be forgotten.
	reset [256]uint32
	next  int
	// answered have their whole answer, and were not told yet that the rest of the request is not wanted: a client that hears of the
	// reset before it has read the answer may not look at it any more.
	answered []uint32
}

// mostAnswered bounds the streams that are let finish.
const mostAnswered = 64

func (h *hush) remember(id uint32) {
	h.reset[h.next] = id
	h.next = (h.next + 1) % len(h.reset)
}

// knows tells whether a stream is one of them, and lets go of it when the peer has ended it.
func (h *hush) knows(id uint32, end bool) bool {
	for i, one := range h.answered {
		if one != id {
			continue
		}
		if end {
			h.answered = append(h.answered[:i], h.answered[i+1:]...)
		}
		return true
	}
	for _, one := range h.reset {
		if one == id {
			return true
		}
	}
	return false
}

// reset puts RST_STREAM; what still comes on the stream is ignored.
func (l *link) reset(id uint32, code http2.ErrCode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.hush.remember(id)
	l.mu.pending = appendReset(l.mu.pending, id, code)
}

// enough lets the peer finish a request whose answer is complete, for a while; then it is told that the rest is not wanted (RFC 9113 §8.1).
func (l *link) enough(id uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.hush.answered = append(l.mu.hush.answered, id)
	if len(l.mu.hush.answered) > mostAnswered {
		l.tellEnough()
	}
}

// tellEnough resets those who had their while. The lock is held.
func (l *link) tellEnough() {
	for _, id := range l.mu.hush.answered {
		l.mu.hush.remember(id)
		l.mu.pending = appendReset(l.mu.pending, id, http2.ErrCodeNo)
	}
	l.mu.hush.answered = l.mu.hush.answered[:0]
}

// overdue resets all who had their while, and tells whether there were any.
func (l *link) overdue() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	some := len(l.mu.hush.answered) > 0
	l.tellEnough()
	return some
}

// hushed tells whether what comes on a stream is to be ignored.
func (l *link) hushed(id uint32, end bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mu.hush.knows(id, end)
}
