package store

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
)

const (
	// mostNested bounds the events and the links of a span, and longestNested the bytes of either; what is beyond is left out, the later
	// ones first.
	mostNested    = 256
	longestNested = 1 << 20
)

// appendEvents writes the events of a span as one text of their bytes: they are read with their span or not at all. Their instants are
// distances from its start.
func appendEvents(b []byte, events []signal.Event, start time.Time) []byte {
	return appendNested(b, len(events), func(b []byte, i int) []byte {
		b = binary.AppendVarint(b, events[i].At.UnixNano()-start.UnixNano())
		return appendAttributes(appendShort(b, events[i].Name), events[i].Attributes)
	})
}

// appendLinks writes the links of a span in the same way.
func appendLinks(b []byte, links []signal.Link) []byte {
	return appendNested(b, len(links), func(b []byte, i int) []byte {
		b = append(append(b, links[i].Trace[:]...), links[i].Span[:]...)
		return appendAttributes(b, links[i].Attributes)
	})
}

func appendNested(b []byte, count int, one func(b []byte, i int) []byte) []byte {
	if count == 0 {
		return append(b, 0)
	}
	var content []byte
	for i := range min(count, mostNested) {
		end := len(content)
		if content = one(content, i); len(content) > longestNested {
			content = content[:end]
			break
		}
	}
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

// decodeEvents is nil where there are none.
func decodeEvents(content []byte, start time.Time) (events []signal.Event, err error) {
	r := reader{rest: content}
	for !r.bad && len(r.rest) > 0 && len(events) < mostNested {
		at := time.Unix(0, start.UnixNano()+r.varint())
		events = append(events, signal.Event{At: at, Name: r.text(), Attributes: r.attributes()})
	}
	return events, r.end()
}

// decodeLinks is nil where there are none.
func decodeLinks(content []byte) (links []signal.Link, err error) {
	r := reader{rest: content}
	for !r.bad && len(r.rest) > 0 && len(links) < mostNested {
		var l signal.Link
		r.copy(l.Trace[:])
		r.copy(l.Span[:])
		l.Attributes = r.attributes()
		links = append(links, l)
	}
	return links, r.end()
}

// kept is a copy of a span that shares no slice with it: who wrote it uses them again.
func kept(s signal.Span) signal.Span {
	s.Attributes, s.Events, s.Links = slices.Clone(s.Attributes), slices.Clone(s.Events), slices.Clone(s.Links)
	for i := range s.Events {
		s.Events[i].Attributes = slices.Clone(s.Events[i].Attributes)
	}
	for i := range s.Links {
		s.Links[i].Attributes = slices.Clone(s.Links[i].Attributes)
	}
	return s
}
