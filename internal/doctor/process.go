package doctor

import (
	"context"
	"fmt"
)

// room is one bound of processes and threads, and how much of it is used.
type room struct {
	// of says whose bound it is, fix what widens it.
	of, fix     string
	limit, used uint64
}

func (r room) left() uint64 {
	if r.used >= r.limit {
		return 0
	}
	return r.limit - r.used
}

const (
	// A service of any runtime has some ten threads, a build a process for each core and more.
	threadsEach  = 16
	threadsSpare = 64
)

// processes looks whether there is room for what an application starts.
func processes(rooms func() []room) Check {
	return Check{Name: "processes", Why: "without room for one more, a service or its build cannot be started", Look: func(_ context.Context, s Subject) []Result {
		instances := uint64(instancesOf(s))
		all := rooms()
		for _, r := range all {
			switch left := r.left(); {
			case left < instances+threadsSpare/4:
				return failed(fmt.Sprintf("%s allows %d processes and threads, %d are used", r.of, r.limit, r.used), r.fix)
			case left < threadsEach*instances+threadsSpare:
				return warning(fmt.Sprintf("%s allows %d processes and threads, %d are used: %d are left for %d instances", r.of, r.limit, r.used, left, instances), r.fix)
			}
		}
		if len(all) == 0 {
			return fine("no limit is set")
		}
		return fine("room for %s more", amount(narrowest(all)))
	}}
}

func narrowest(all []room) uint64 {
	left := all[0].left()
	for _, r := range all[1:] {
		left = min(left, r.left())
	}
	return left
}
