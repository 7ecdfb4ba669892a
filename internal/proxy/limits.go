package proxy

import "time"

// Limits bound what a connection may cost. A zero field stands for its default.
type Limits struct {
	// Head and Target are in bytes, Fields counts field lines.
	Head, Target, Fields int
	// HeadTime is how long a head may take to arrive, Idle how long a connection may wait for the next one, BodyPause and
	// WritePause how long a body may rest on its way in and out.
	HeadTime, Idle, BodyPause, WritePause time.Duration
	// Drain is how many bytes of a body that nobody wants are read to keep the connection.
	Drain int64
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Head: or(l.Head, 64<<10), Target: or(l.Target, 16<<10), Fields: or(l.Fields, 100),
		HeadTime: or(l.HeadTime, 10*time.Second), Idle: or(l.Idle, 75*time.Second),
		BodyPause: or(l.BodyPause, 60*time.Second), WritePause: or(l.WritePause, 60*time.Second),
		Drain: or(l.Drain, 256<<10),
	}
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
