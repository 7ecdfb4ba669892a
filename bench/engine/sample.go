package main

import "time"

// reading is what was read of one proxy while so many requests were answered.
type reading struct {
	done         int64
	took, cpu    time.Duration
	user, system int64
	memory       int64
}

func (r *reading) add(other reading) {
	r.done += other.done
	r.took += other.took
	r.cpu += other.cpu
	r.user += other.user
	r.system += other.system
	r.memory = other.memory
}

// sample is what one round told of one proxy.
type sample struct {
	// cpu and user are microseconds a request of the proxy's processes; rate is requests a second.
	cpu, user, rate float64
	// used is how many cores the proxy kept busy, memory its resident bytes.
	used   float64
	memory int64
}

func (r reading) sample() sample {
	s := sample{
		cpu: float64(r.cpu) / 1e3 / float64(r.done), rate: float64(r.done) / r.took.Seconds(),
		used: float64(r.cpu) / float64(r.took), memory: r.memory,
	}
	// The scheduler's account does not tell user and system apart; the ticks do, roughly.
	if ticks := r.user + r.system; ticks > 0 {
		s.user = s.cpu * float64(r.user) / float64(ticks)
	}
	return s
}
