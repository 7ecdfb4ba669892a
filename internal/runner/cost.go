package runner

import "time"

// Cost is what one process uses by itself: its children are not in it.
type Cost struct {
	// CPU is the time used since it started; Resident is in bytes, Anonymous the part that no file backs, 0 when the system does not tell.
	CPU                 time.Duration
	Resident, Anonymous int64
	// Descriptors are those that it has open, -1 when the system does not tell.
	Descriptors int
}
