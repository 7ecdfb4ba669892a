package store

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// The kinds of rows. A row begins with its kind and the id of its trace.
const (
	spanRecord byte = 1
	lineRecord byte = 2
)

const (
	// traceEnd is where the id of the trace ends; spanInstant and lineInstant are where the instant begins, with the service behind.
	traceEnd    = 1 + 16
	spanInstant = traceEnd + 8 + 8 + 1 + 1
	lineInstant = traceEnd + 8 + 1
	// longestText bounds each text of a row, in bytes, and mostAttributes the attributes of a span, an event or a line; what is beyond
	// is cut.
	longestText    = 64 << 10
	mostAttributes = 512
)

// attributeNames are written as their number from 1; a name that is not among them is written out after a zero. Names are only
// ever added at the end: the number is the format.
var attributeNames = [...]string{
	telemetry.RequestMethod, telemetry.StatusCode, telemetry.RequestBody, telemetry.ResponseBody, telemetry.ResendCount,
	telemetry.HTTPRoute, telemetry.URLPath, telemetry.ServerAddress, telemetry.ServiceInstance, telemetry.ProtocolName,
	telemetry.ProtocolVersion, telemetry.ErrorType, telemetry.RPCSystem, telemetry.RPCService, telemetry.RPCMethod,
	telemetry.GRPCStatus, telemetry.Caller,
}

// kinds are written as their place; as with names, it is the format. One that is not among them is written as the third.
var kinds = [...]signal.Kind{signal.Server, signal.Client, signal.Internal, signal.Producer, signal.Consumer}

func appendSpan(b []byte, s *signal.Span) []byte {
	b = append(b, spanRecord)
	b = append(append(append(b, s.Trace[:]...), s.ID[:]...), s.Parent[:]...)
	b = append(b, kindNumber(s.Kind), flag(s.Failed))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Start.UnixNano()))
	b = binary.AppendVarint(b, int64(s.Duration))
	b = appendShort(appendShort(appendShort(appendShort(b, s.Service), s.Instance), s.Name), s.Message)
	return appendLinks(appendEvents(appendAttributes(b, s.Attributes), s.Events, s.Start), s.Links)
}

func appendLine(b []byte, l *signal.Line) []byte {
	b = append(b, lineRecord)
	b = append(append(b, l.Trace[:]...), l.Span[:]...)
	b = append(b, byte(l.Level))
	b = binary.LittleEndian.AppendUint64(b, uint64(l.At.UnixNano()))
	b = appendShort(appendShort(appendShort(appendShort(b, l.Service), l.Instance), l.Stream), l.Text)
	if l.Message == l.Text {
		b = append(b, 0) // most lines are not structured: their message is not written twice
	} else {
		b = appendShort(append(b, 1), l.Message)
	}
	return appendAttributes(b, l.Attributes)
}

func appendAttributes(b []byte, all signal.Attributes) []byte {
	left := min(len(all), mostAttributes)
	b = binary.AppendUvarint(b, uint64(left))
	for i := range all[:left] {
		a := &all[i]
		number := attributeNumber(a.Name)
		b = binary.AppendUvarint(b, number)
		if number == 0 {
			b = appendShort(b, a.Name)
		}
		b = appendShort(b, a.Value)
	}
	return b
}

func decodeSpan(b []byte) (signal.Span, error) {
	var s signal.Span
	r := reader{rest: b}
	r.skip(spanRecord)
	r.copy(s.Trace[:])
	r.copy(s.ID[:])
	r.copy(s.Parent[:])
	kind := int(r.byte())
	if kind >= len(kinds) {
		return s, errEncoding
	}
	s.Kind, s.Failed = kinds[kind], r.byte() != 0
	s.Start, s.Duration = time.Unix(0, r.instant()), time.Duration(r.varint())
	s.Service, s.Instance, s.Name, s.Message = r.text(), r.text(), r.text(), r.text()
	s.Attributes = r.attributes()
	var err error
	if s.Events, err = decodeEvents(r.take(r.uvarint()), s.Start); err != nil {
		return s, err
	}
	if s.Links, err = decodeLinks(r.take(r.uvarint())); err != nil {
		return s, err
	}
	return s, r.end()
}

func decodeLine(b []byte) (signal.Line, error) {
	var l signal.Line
	r := reader{rest: b}
	r.skip(lineRecord)
	r.copy(l.Trace[:])
	r.copy(l.Span[:])
	l.Level = signal.Level(r.byte())
	l.At = time.Unix(0, r.instant())
	l.Service, l.Instance, l.Stream, l.Text = r.text(), r.text(), r.text(), r.text()
	l.Message = l.Text
	if r.byte() != 0 {
		l.Message = r.text()
	}
	l.Attributes = r.attributes()
	return l, r.end()
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendShort appends a text that somebody else made, cut to what a row may hold.
func appendShort(b []byte, s string) []byte {
	if len(s) > longestText { // between two characters
		_, size := utf8.DecodeLastRuneInString(s[:longestText])
		s = s[:longestText-size]
	}
	return appendText(b, s)
}

// traceOf is the id of a row's trace.
func traceOf(row []byte) trace.ID { return trace.ID(row[1:traceEnd]) }

// keyOf is the service of a row and its instant.
func keyOf(row []byte) (service []byte, at int64, err error) {
	r := reader{rest: row}
	if r.byte() == spanRecord {
		r.take(spanInstant - 1)
		at = r.instant()
		r.varint()
	} else {
		r.take(lineInstant - 1)
		at = r.instant()
	}
	service = r.take(r.uvarint())
	if r.bad {
		return nil, 0, errEncoding
	}
	return service, at, nil
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

func kindNumber(k signal.Kind) byte {
	for i, kind := range kinds {
		if kind == k {
			return byte(i)
		}
	}
	return 2
}

func attributeNumber(name string) uint64 {
	for i, known := range attributeNames {
		if known == name {
			return uint64(i) + 1
		}
	}
	return 0
}
