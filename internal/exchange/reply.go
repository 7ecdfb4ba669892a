package exchange

import "io"

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

	release func() error
}

// OnClose has f called when the reply is closed: it gives back what the body holds. A reply has one such function.
func (r *Reply) OnClose(f func() error) { r.release = f }

// Close gives back what the body holds; a second call does nothing.
func (r *Reply) Close() error {
	release := r.release
	r.release = nil
	if release == nil {
		return nil
	}
	return release()
}

// Reset empties r and keeps its memory. It must have been closed.
func (r *Reply) Reset() {
	r.Head.Reset()
	*r = Reply{Head: r.Head}
}

// Drop closes the reply and empties it: for a layer that answers in its stead, or tries again.
func (r *Reply) Drop() {
	// What closing an unwanted answer says has no reader: the next try tells what matters.
	_ = r.Close()
	r.Reset()
}
