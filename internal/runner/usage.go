package runner

import "time"

// Usage is what a process group uses now.
type Usage struct {
	// CPU is the time used since the processes started; it falls when one of them ends that nobody waited for.
	CPU time.Duration
	// Resident is in bytes, pages that processes share counted in each; Anonymous is the part that no file backs, 0 when
	// the system does not tell.
	Resident, Anonymous int64
	Processes           int
}
