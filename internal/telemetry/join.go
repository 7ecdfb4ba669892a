package telemetry

import (
	"bytes"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
)

const (
	// longest bounds one line; what an instance writes beyond it is cut, and the cut is marked.
	longest = 64 << 10
	cutMark = " … (cut at 64 KiB)"
	// patience is how long a line without an end is waited for: a prompt has none.
	patience = time.Second
)

// stream names one pipe of one instance.
type stream struct{ service, instance, name string }

// partial is a line that has not ended yet.
type partial struct {
	text []byte
	at   time.Time
	cut  bool
}

// joiner makes lines of chunks. The recorder's lock guards it.
type joiner map[stream]*partial

// add appends the lines that chunk completes.
func (j joiner) add(s stream, chunk []byte, at time.Time, dst []signal.Line) []signal.Line {
	p := j[s]
	if p == nil {
		p = &partial{}
		j[s] = p
	}
	for len(chunk) > 0 {
		if len(p.text) == 0 {
			p.at = at
		}
		end := bytes.IndexByte(chunk, '\n')
		if end < 0 {
			p.grow(chunk)
			return dst
		}
		p.grow(chunk[:end])
		dst = append(dst, p.line(s))
		chunk = chunk[end+1:]
	}
	return dst
}

func (p *partial) grow(part []byte) {
	room := longest - len(p.text)
	if len(part) > room {
		part, p.cut = part[:room], true
	}
	p.text = append(p.text, part...)
}

// line takes the text that is there as a whole line.
func (p *partial) line(s stream) signal.Line {
	text := strings.ToValidUTF8(string(bytes.TrimSuffix(p.text, []byte("\r"))), "\uFFFD")
	if p.cut {
		text += cutMark
	}
	l := signal.Line{At: p.at, Service: s.service, Instance: s.instance, Stream: s.name, Text: text, Message: text}
	p.cut, p.text = false, p.text[:0]
	if cap(p.text) > 4<<10 {
		p.text = nil // one long line does not hold its buffer for ever
	}
	return l
}

// stale takes what began before the given instant as lines, but where the rest of the line is held.
func (j joiner) stale(before time.Time, rest map[stream]*held, dst []signal.Line) []signal.Line {
	for s, p := range j {
		if len(p.text) > 0 && p.at.Before(before) && rest[s] == nil {
			dst = append(dst, p.line(s))
		}
	}
	return dst
}

// tear ends the line whose rest is not to come: what there is of it is dropped, and counted, unless it is as long as a line may be.
func (j joiner) tear(s stream, dst []signal.Line) (lines []signal.Line, dropped int) {
	p := j[s]
	switch {
	case p == nil:
		return dst, 0
	case p.cut:
		return append(dst, p.line(s)), 0
	}
	dropped, p.text = len(p.text), p.text[:0]
	return dst, dropped
}

// end takes what an instance left without an end, and forgets it.
func (j joiner) end(instance string, dst []signal.Line) []signal.Line {
	for s, p := range j {
		if s.instance != instance {
			continue
		}
		if len(p.text) > 0 {
			dst = append(dst, p.line(s))
		}
		delete(j, s)
	}
	return dst
}

func (j joiner) waiting() bool {
	for _, p := range j {
		if len(p.text) > 0 {
			return true
		}
	}
	return false
}
