package trace

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
)

// ID names a trace: 16 bytes, never all zero (§3.2.2.3).
type ID [16]byte

// SpanID names one hop of a trace: 8 bytes, never all zero (§3.2.2.4).
type SpanID [8]byte

// Sampled is the only flag of version 00 that Banyan reads and sets (§3.2.2.5.1).
const Sampled byte = 1

// Context is what one hop knows of the trace it is in. Parent is the span that called; zero at the root.
type Context struct {
	Trace  ID
	Span   SpanID
	Parent SpanID
	Flags  byte
	// State is the tracestate field as received: it is passed on and never read.
	State string
}

// ErrMalformed says that a traceparent field does not follow §3.2.2; the caller starts a new trace (§4.3).
var ErrMalformed = errors.New("malformed traceparent")

// New starts a trace that is sampled. Ids are random and need not be secret.
func New() Context {
	c := Context{Flags: Sampled, Span: newSpan()}
	for c.Trace.IsZero() {
		put(c.Trace[:8], rand.Uint64())
		put(c.Trace[8:], rand.Uint64())
	}
	return c
}

// Child returns the context of a hop called by c.
func (c Context) Child() Context {
	c.Parent, c.Span = c.Span, newSpan()
	return c
}

// IsZero tells whether no trace was started.
func (id ID) IsZero() bool { return id == ID{} }

// String is 32 lower-case hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero tells whether there is no span.
func (s SpanID) IsZero() bool { return s == SpanID{} }

// String is 16 lower-case hex digits.
func (s SpanID) String() string { return hex.EncodeToString(s[:]) }

// ParseID reads 32 lower-case hex digits.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 32 || !unhex(id[:], []byte(s)) || id.IsZero() {
		return ID{}, ErrMalformed
	}
	return id, nil
}

// Parse reads a traceparent field: the caller's span becomes Span. Later versions are read as version 00 and may be longer (§4.3).
func Parse(field []byte) (Context, error) {
	var c Context
	var version, flags [1]byte
	const length = 55
	if len(field) < length || field[2] != '-' || field[35] != '-' || field[52] != '-' {
		return c, ErrMalformed
	}
	switch {
	case !unhex(version[:], field[:2]) || version[0] == 0xff:
	case version[0] == 0 && len(field) != length:
	case len(field) > length && field[length] != '-':
	case !unhex(c.Trace[:], field[3:35]) || !unhex(c.Span[:], field[36:52]) || !unhex(flags[:], field[53:55]):
	case c.Trace.IsZero() || c.Span.IsZero():
	default:
		c.Flags = flags[0] & Sampled
		return c, nil
	}
	return Context{}, ErrMalformed
}

// Append writes the traceparent field of c, version 00.
func (c Context) Append(dst []byte) []byte {
	dst = append(dst, "00-"...)
	dst = hex.AppendEncode(dst, c.Trace[:])
	dst = append(dst, '-')
	dst = hex.AppendEncode(dst, c.Span[:])
	dst = append(dst, '-')
	return hex.AppendEncode(dst, []byte{c.Flags})
}

func newSpan() (s SpanID) {
	for s.IsZero() {
		put(s[:], rand.Uint64())
	}
	return s
}

func put(dst []byte, v uint64) {
	for i := range dst {
		dst[i] = byte(v >> (8 * i))
	}
}

// unhex refuses upper case, as §3.2.2 does; hex.Decode would take it.
func unhex(dst, src []byte) bool {
	for i := range dst {
		hi, lo := digit(src[2*i]), digit(src[2*i+1])
		if hi > 15 || lo > 15 {
			return false
		}
		dst[i] = hi<<4 | lo
	}
	return true
}

func digit(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return b - '0'
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10
	}
	return 0xff
}
