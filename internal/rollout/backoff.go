package rollout

import "time"

// After an end an instance is started again in first, then in twice as long each time, at most in longest. Whoever was
// ready for steady starts afresh; looping ends in a row are a crash loop.
const (
	first   = 250 * time.Millisecond
	longest = 30 * time.Second
	steady  = 30 * time.Second
	looping = 5
)

// Ends are the unwanted ends of an instance in a row, none of which came after it had been ready for 30 s.
type Ends struct {
	Count int       `json:"count,omitempty"`
	Last  time.Time `json:"last,omitzero"`
}

// Add counts an end at an instant, of a process that had been ready for so long.
func (e Ends) Add(at time.Time, ready time.Duration) Ends {
	if ready >= steady {
		e.Count = 0
	}
	return Ends{e.Count + 1, at}
}

// Next is when to start again.
func (e Ends) Next() time.Time { return e.Last.Add(e.Pause()) }

// Pause lies between the last end and the next start: 0.25 s to 30 s, without jitter, so that it can be told beforehand.
func (e Ends) Pause() time.Duration {
	pause := first
	for range e.Count - 1 {
		if pause *= 2; pause >= longest {
			return longest
		}
	}
	return pause
}

// Looping tells whether it keeps ending.
func (e Ends) Looping() bool { return e.Count >= looping }
