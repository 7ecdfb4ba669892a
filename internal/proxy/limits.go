package proxy

import (
	"cmp"
	"time"
)

// Limits bound what a connection may cost. A zero field stands for its default.
type Limits struct {
	// Head and Target are in bytes, Fields counts field lines.
	Head, Target, Fields int
	// HeadTime is how long a head may take to arrive, Idle how long a connection may wait for the next one, BodyPause and
	// WritePause how long a body may rest on its way in and out.
	HeadTime, Idle, BodyPause, WritePause time.Duration
	// Drain is how many bytes of a body that nobody wants are read to keep the connection.
	Drain int64
	// Connections is how many there may be at once. Above it one that waits for a request is closed for a new one, else one whose
	// head is still on its way; where all are at work the new one is refused.
	Connections int
	// Memory bounds, in bytes, what large heads, bodies kept for another try, and streams of HTTP/2 beyond a connection's first few hold
	// together, over all connections.
	Memory int64
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Head: cmp.Or(l.Head, 64<<10), Target: cmp.Or(l.Target, 16<<10), Fields: cmp.Or(l.Fields, 100),
		HeadTime: cmp.Or(l.HeadTime, 10*time.Second), Idle: cmp.Or(l.Idle, 75*time.Second),
		BodyPause: cmp.Or(l.BodyPause, 60*time.Second), WritePause: cmp.Or(l.WritePause, 60*time.Second),
		Drain: cmp.Or(l.Drain, 256<<10), Connections: cmp.Or(l.Connections, 10_000), Memory: cmp.Or(l.Memory, 256<<20),
	}
}
