package exchange

import (
	"bytes"
	"iter"
	"strings"
)

// Proto is the version that a head was received with.
type Proto uint8

// The protocols of a head.
const (
	HTTP11 Proto = iota
	HTTP10
	HTTP2
)

// String is the version as network.protocol.version has it.
func (p Proto) String() string { return [...]string{"1.1", "1.0", "2"}[p] }

// Head is a request's or an answer's head: the fields as received, in their order, plus edits, which a hop applies when
// it sends it. Strings and values live until the exchange's Note is read; who keeps one longer clones it.
type Head struct {
	Proto Proto
	// Method, Scheme, Authority, Path and Query are a request's (RFC 9110 §7.1); Path is the escaped path, Query is
	// without its question mark, HasQuery tells `/a?` from `/a`.
	Method, Scheme, Authority, Path, Query string
	HasQuery                               bool
	// Status is an answer's.
	Status int

	fields []field
	edits  []byte // where names and values that were set live
}

type field struct{ name, value []byte }

// Get returns the first value of the field, nil when there is none. It is valid until the next edit. Names compare
// without regard to case (RFC 9110 §5.1).
func (h *Head) Get(name string) []byte {
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			return h.fields[i].value
		}
	}
	return nil
}

// Has tells whether the field is there, with whatever value.
func (h *Head) Has(name string) bool {
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			return true
		}
	}
	return false
}

// Fields yields each field line in order.
func (h *Head) Fields() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for _, f := range h.fields {
			if !yield(f.name, f.value) {
				return
			}
		}
	}
}

// Values yields each value of the field in order.
func (h *Head) Values(name string) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		for _, f := range h.fields {
			if equalFold(f.name, name) && !yield(f.value) {
				return
			}
		}
	}
}

// Len is the number of field lines.
func (h *Head) Len() int { return len(h.fields) }

// Keep appends a field line without a copy: for a reader whose buffer outlives the head.
func (h *Head) Keep(name, value []byte) { h.fields = append(h.fields, field{name, value}) }

// Add appends a field line.
func (h *Head) Add(name, value string) {
	h.Keep(h.store(name), h.store(value))
}

// Set makes value the only value of the field: its first line is changed in place, or one is appended.
func (h *Head) Set(name, value string) {
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			h.fields[i].value = h.store(value)
			h.drop(i+1, func(n []byte) bool { return equalFold(n, name) })
			return
		}
	}
	h.Add(name, value)
}

// Del removes every line of the field.
func (h *Head) Del(name string) { h.drop(0, func(n []byte) bool { return equalFold(n, name) }) }

// DelFunc removes every line whose name unwanted accepts; the name's case is as received.
func (h *Head) DelFunc(unwanted func(name []byte) bool) { h.drop(0, unwanted) }

func (h *Head) drop(from int, unwanted func(name []byte) bool) {
	kept := h.fields[:from]
	for _, f := range h.fields[from:] {
		if !unwanted(f.name) {
			kept = append(kept, f)
		}
	}
	h.fields = kept
}

// store copies text into the head's own bytes. A value that was returned before stays valid when they move, for the
// old bytes are not written again.
func (h *Head) store(text string) []byte {
	start := len(h.edits)
	h.edits = append(h.edits, text...)
	return h.edits[start:len(h.edits):len(h.edits)]
}

// CopyFrom makes h an independent copy of from.
func (h *Head) CopyFrom(from *Head) {
	fields, edits := h.fields[:0], h.edits[:0]
	*h = *from
	h.fields, h.edits = fields, edits
	// The strings may be bytes of a connection's buffer too.
	for _, s := range [...]*string{&h.Method, &h.Scheme, &h.Authority, &h.Path, &h.Query} {
		*s = strings.Clone(*s)
	}
	for _, f := range from.fields {
		start := len(h.edits)
		h.edits = append(append(h.edits, f.name...), f.value...)
		end, middle := len(h.edits), start+len(f.name)
		h.Keep(h.edits[start:middle:middle], h.edits[middle:end:end])
	}
}

// Reset empties h and keeps its memory, unless that is much.
func (h *Head) Reset() {
	clear(h.fields)
	if cap(h.edits) > keptIdle {
		h.edits = nil
	}
	*h = Head{fields: h.fields[:0], edits: h.edits[:0]}
}

// Target is the request target in origin form (RFC 9112 §3.2.1).
func (h *Head) Target() string {
	if h.HasQuery {
		return h.Path + "?" + h.Query
	}
	return h.Path
}

// equalFold compares a name as received with one that is written in this code. Both are tokens, so ASCII.
func equalFold(received []byte, name string) bool {
	if len(received) != len(name) {
		return false
	}
	for i := range received {
		a, b := received[i], name[i]
		if a != b && lower(a) != lower(b) {
			return false
		}
	}
	return true
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// HasToken tells whether a list of tokens, such as Connection's, has token (RFC 9110 §5.6.1).
func (h *Head) HasToken(name, token string) bool {
	for value := range h.Values(name) {
		for part := range bytes.SplitSeq(value, []byte{','}) {
			if equalFold(bytes.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}
