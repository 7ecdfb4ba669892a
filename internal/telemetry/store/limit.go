package store

import "time"

// Bound is how much is kept of one kind of row.
type Bound struct {
	// Size bounds the files, in bytes, a share of the logs among them; Age how long a block is kept after its last row was written.
	Size int64
	Age  time.Duration
}

// Limits bound what a store keeps. Requests and what services write have rooms of their own.
type Limits struct {
	Requests, Lines Bound
	// Unsealed bounds the rows that are in no block yet, in bytes; they are in memory too. It is an eighth of either size at most.
	Unsealed int64
}

// Limit changes what is kept from now on, by any goroutine; zero values are as in Options. What is too much goes with the next block
// that is written.
func (d *Disk) Limit(l Limits) {
	usual := Options{}.withDefaults()
	for _, b := range []*Bound{&l.Requests, &l.Lines} {
		if b.Size <= 0 {
			b.Size = usual.Size / 2
		}
		if b.Age <= 0 {
			b.Age = usual.Age
		}
	}
	if l.Unsealed <= 0 {
		l.Unsealed = usual.Unsealed
	}
	l.Unsealed = min(l.Unsealed, l.Requests.Size/8, l.Lines.Size/8)
	d.limits.Store(&l)
}

// of is the bound of a ring.
func (l *Limits) of(ring string) Bound {
	if ofRequests(ring) {
		return l.Requests
	}
	return l.Lines
}

// room is what the blocks of a ring's kind may take: logs, of which there are two at most, and what is being made take the rest.
func (l *Limits) room(b Bound) int64 { return max(0, b.Size-2*l.Unsealed) }
