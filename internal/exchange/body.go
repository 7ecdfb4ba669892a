package exchange

import (
	"errors"
	"io"
	"sync/atomic"
)

// Kept is how much of a request's body is kept for another try, in bytes.
const Kept = 64 << 10

// keptIdle is how much memory a body, and a head, takes along to the next request, in bytes.
const keptIdle = 8 << 10

// Body is a request's body. It may be read until Reply.Close. The zero Body is empty.
type Body struct {
	source io.Reader
	length int64
	kept   []byte
	at     int    // next kept byte to read; len(kept) when the source is next
	lost   uint32 // atomic: 1 when what was read is not kept any more
	err    error
	// Trailer is valid after io.EOF; nil when none can come.
	Trailer *Head
	// Unwanted names the fields that are taken out of Trailer before anybody sees it: what must not come as a field must not
	// come behind the body either. nil names none.
	Unwanted func(name []byte) bool
	// Budget bounds what all bodies keep together beyond 8 KiB each; one that gets no share is not kept. nil is no bound.
	Budget *Budget
	taken  int64
}

// Unknown is the length of a body whose end shows only when it comes.
const Unknown int64 = -1

// Reset makes b the body that source gives; length is in bytes or Unknown.
func (b *Body) Reset(source io.Reader, length int64) {
	kept := b.kept[:0]
	if cap(kept) > keptIdle {
		kept = nil // a connection that waits for its next request holds no upload
	}
	if b.taken > 0 {
		b.Budget.Give(b.taken)
	}
	*b = Body{source: source, length: length, kept: kept, Budget: b.Budget}
}

// Len is the length in bytes, or Unknown.
func (b *Body) Len() int64 { return b.length }

// Empty tells whether there is no body, not even one of length zero in chunks.
func (b *Body) Empty() bool { return b.source == nil || b.length == 0 }

// Read reads what was kept first, then the source. An error that is not io.EOF stays.
func (b *Body) Read(p []byte) (int, error) {
	if b.at < len(b.kept) {
		n := copy(p, b.kept[b.at:])
		b.at += n
		return n, nil
	}
	if b.err != nil {
		return 0, b.err
	}
	if b.source == nil {
		return 0, io.EOF
	}
	n, err := b.source.Read(p)
	if err == io.EOF && b.Trailer != nil && b.Unwanted != nil {
		b.Trailer.DelFunc(b.Unwanted)
	}
	if !errors.Is(err, ErrInterrupted) {
		b.err = err
	}
	b.keep(p[:n])
	return n, err
}

func (b *Body) keep(p []byte) {
	switch {
	case atomic.LoadUint32(&b.lost) == 1:
	case len(b.kept)+len(p) > Kept, !b.afford(len(b.kept) + len(p)):
		atomic.StoreUint32(&b.lost, 1)
		b.kept, b.at = b.kept[:0], 0
	default:
		b.kept = append(b.kept, p...)
		b.at = len(b.kept)
	}
}

// afford takes what n kept bytes cost of the budget.
func (b *Body) afford(n int) bool {
	more := int64(n) - keptIdle - b.taken
	if more <= 0 {
		return true
	}
	if !b.Budget.Take(more) {
		return false
	}
	b.taken += more
	return true
}

// ErrInterrupted is what a Read that Interrupt ended returns: nothing is lost, and it may be read on after Resume.
var ErrInterrupted = errors.New("reading the body was interrupted")

// An Interrupter is a source whose waiting Read another goroutine can end.
type Interrupter interface {
	Interrupt()
	Resume()
}

// Interrupt ends a Read that waits, and the later ones until Resume: for a hop that must stop sending before the body has
// come. It may be called while another goroutine reads; where the source cannot be interrupted it does nothing.
func (b *Body) Interrupt() {
	if source, can := b.source.(Interrupter); can {
		source.Interrupt()
	}
}

// Resume lets the body be read again; nobody may be reading.
func (b *Body) Resume() {
	if source, can := b.source.(Interrupter); can {
		source.Resume()
	}
}

// Kept tells whether all that was read is kept: then Rewind will do. It may be asked while another goroutine reads.
func (b *Body) Kept() bool { return atomic.LoadUint32(&b.lost) == 0 }

// Rewind makes the next Read start at the beginning again. It is false when that is not kept any more, or when
// reading it failed.
func (b *Body) Rewind() bool {
	if !b.Kept() || b.err != nil && !errors.Is(b.err, io.EOF) {
		return false
	}
	b.at = 0
	return true
}
