package store

import (
	"encoding/binary"

	"github.com/banyan-run/banyan/internal/signal"
)

// reader reads the fields of a record; after the first that is not there it is bad and yields zeros.
type reader struct {
	rest []byte
	bad  bool
	// at is where rest begins among the rows, for those that ask for a value.
	at uint32
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	r.at += uint32(n)
	return taken
}

// value is where the next text is.
func (r *reader) value() value {
	size := r.uvarint()
	at := r.at
	r.take(size)
	return value{at, uint32(size)}
}

// instant is Unix nanoseconds.
func (r *reader) instant() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *reader) skip(want byte) { r.bad = r.byte() != want || r.bad }

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) copy(dst []byte) { copy(dst, r.take(uint64(len(dst)))) }

func (r *reader) text() string { return string(r.take(r.uvarint())) }

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.advance(n)
	return v
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.advance(n)
	return v
}

func (r *reader) advance(n int) {
	if n <= 0 {
		r.bad = true
		return
	}
	r.rest = r.rest[n:]
	r.at += uint32(n)
}

// attributes are nil where there are none.
func (r *reader) attributes() signal.Attributes {
	count := r.uvarint()
	if count > uint64(len(r.rest)) { // each takes a byte at least
		r.bad = true
	}
	if r.bad || count == 0 {
		return nil
	}
	all := make(signal.Attributes, 0, count)
	for range count {
		name := r.attributeName()
		all = append(all, signal.Attribute{Name: name, Value: r.text()})
	}
	return all
}

func (r *reader) attributeName() string {
	number := r.uvarint()
	switch {
	case number == 0:
		return r.text()
	case number <= uint64(len(attributeNames)):
		return attributeNames[number-1]
	}
	r.bad = true
	return ""
}

func (r *reader) end() error {
	if r.bad || len(r.rest) > 0 {
		return errEncoding
	}
	return nil
}
