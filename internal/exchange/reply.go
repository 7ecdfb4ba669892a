package exchange

import (
	"errors"
	"io"
)

// Reply is the answer to an exchange. Whoever holds it closes it, exactly once; a layer that drops a reply closes it.
type Reply struct {
	Head Head
	// Body is unread; nil when there is none. It may implement io.WriterTo to move itself without a copy. An error other than
	// io.EOF must abort the client's stream and never end it cleanly.
	Body io.Reader
	// Length is the body's length in bytes, or Unknown.
	Length int64
	// Trailer is valid after the body's io.EOF; nil when none comes.
	Trailer *Head
	// Upgrade is the stream after 101, with bytes that were read past the head; deadlines do not hold for it.
	Upgrade io.ReadWriteCloser

	room     Head
	release  [3]func() error
	releases int
}

// OnClose has f called when the reply is closed, before what was added earlier: it gives back what the body holds.
func (r *Reply) OnClose(f func() error) {
	if last := len(r.release) - 1; r.releases == len(r.release) {
		before := r.release[last]
		r.release[last] = func() error { return errors.Join(f(), before()) }
		return
	}
	r.release[r.releases] = f
	r.releases++
}

// Close gives back what the body holds; a second call does nothing.
func (r *Reply) Close() error {
	var first error
	for r.releases > 0 {
		r.releases--
		f := r.release[r.releases]
		r.release[r.releases] = nil
		if err := f(); first == nil {
			first = err
		}
	}
	return first
}

// Room is an empty head for the trailer, the reply's own: it lives until the exchange's Note is read, longer than the connection may
// be its giver's.
func (r *Reply) Room() *Head {
	r.room.Reset()
	return &r.room
}

// Reset empties r and keeps its memory. It must have been closed.
func (r *Reply) Reset() {
	r.Head.Reset()
	r.room.Reset()
	*r = Reply{Head: r.Head, room: r.room}
}

// Drop closes the reply and empties it: for a layer that answers in its stead, or tries again.
func (r *Reply) Drop() {
	// What closing an unwanted answer says has no reader: the next try tells what matters.
	_ = r.Close()
	r.Reset()
}
