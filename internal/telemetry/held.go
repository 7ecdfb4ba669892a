package telemetry

import (
	"bytes"
	"time"
)

const (
	// heldBytes and heldCost bound the newest output of a stream whose service is beyond its allowance.
	heldBytes = 64 << 10
	heldCost  = 256 << 10
)

// held is the newest output of a stream: it passes when the service's allowance admits it, or when the instance ends.
type held struct {
	data []byte
	cost int
	// at is when the newest of it was written.
	at time.Time
	// torn says that what is before data was dropped, so that data begins in the midst of a line.
	torn bool
}

// dropping counts what is not kept.
type dropping struct{ bytes, lines int }

func (d *dropping) add(more dropping) { d.bytes, d.lines = d.bytes+more.bytes, d.lines+more.lines }

// of is the dropping of output.
func dropped(output []byte) dropping { return dropping{len(output), bytes.Count(output, newline)} }

// hold adds output. When that is too much, the older half is dropped: by halves, so that each byte is moved a few times at most.
func (h *held) hold(output []byte, at time.Time) (gone dropping) {
	h.at = at
	h.data, h.cost = append(h.data, output...), h.cost+cost(output)
	for len(h.data) > heldBytes || h.cost > heldCost {
		half := len(h.data) / 2
		gone.add(dropped(h.data[:half]))
		h.data, h.torn = append(h.data[:0], h.data[half:]...), true
		h.cost = cost(h.data)
	}
	return gone
}

// tear drops all of it: the output that follows is not what came next.
func (h *held) tear() dropping {
	gone := dropped(h.data)
	*h = held{data: h.data[:0], at: h.at, torn: true}
	return gone
}

// align drops the rest of a line whose beginning was dropped.
func (h *held) align() dropping {
	if !h.torn {
		return dropping{}
	}
	end := bytes.IndexByte(h.data, '\n')
	if end < 0 {
		return h.tear()
	}
	gone := dropped(h.data[:end+1])
	h.data, h.torn = append(h.data[:0], h.data[end+1:]...), false
	h.cost = cost(h.data)
	return gone
}
