package proxy

import "sync"

// The sizes of buffers in bytes: a request's head and the answer's with a body of 16 KiB behind it fit, each in one read.
const (
	small = 4 << 10
	large = 20 << 10
)

// The buffers that nobody uses. A connection has one only while it has data.
var (
	smallBuffers = sync.Pool{New: func() any { return new([small]byte) }}
	largeBuffers = sync.Pool{New: func() any { return new([large]byte) }}
	outBuffers   = sync.Pool{New: func() any { b := make([]byte, large); return &b }}
)

// borrow takes a buffer of one of the two sizes.
func borrow(size int) []byte {
	if size == small {
		b, _ := smallBuffers.Get().(*[small]byte)
		return b[:]
	}
	b, _ := largeBuffers.Get().(*[large]byte)
	return b[:]
}

// yield gives a buffer back; one of another size was made for a large head, and the collector has it.
func yield(b []byte) {
	switch len(b) {
	case small:
		smallBuffers.Put((*[small]byte)(b))
	case large:
		largeBuffers.Put((*[large]byte)(b))
	}
}
