package registry

import (
	"slices"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Set is what a caller of one service needs to choose where to send.
type Set struct {
	// Ready is sorted by number and never changed.
	Ready []exchange.Endpoint
	// Coming says that an instance is being started or is expected, so that a call may wait for it.
	Coming bool
	// Absent says why nothing comes, empty when something does or nobody said.
	Absent string
	// Changed is closed at the next change of this service.
	Changed <-chan struct{}
}

// Snapshot is all instances at one moment.
type Snapshot struct {
	// Version grows by one with each change.
	Version uint64
	// Instances are sorted by service and number.
	Instances []Instance

	services map[string]*service
	// history ends with the newest event. Older snapshots share its array and see less of it.
	history []Event
	changed chan struct{}
}

// service is one service's part of a snapshot; it is replaced whole.
type service struct {
	instances []Instance
	expected  expectation
	set       Set
	changed   chan struct{}
}

// Service returns the instances of one service.
func (s *Snapshot) Service(name string) []Instance {
	if one := s.services[name]; one != nil {
		return one.instances
	}
	return nil
}

// Find returns an instance by its id.
func (s *Snapshot) Find(id string) (Instance, bool) {
	for _, i := range s.Instances {
		if i.ID == id {
			return i, true
		}
	}
	return Instance{}, false
}

// expectation is how many instances shall be there, or why none shall.
type expectation struct {
	count int
	why   string
}

func newService(instances []Instance, expected expectation) *service {
	s := &service{instances: instances, expected: expected, changed: make(chan struct{})}
	s.set.Changed, s.set.Absent = s.changed, expected.why
	alive, starting := 0, false
	for _, i := range instances {
		switch i.State {
		case Ready:
			s.set.Ready = append(s.set.Ready, i.endpoint())
		case Starting:
			starting = true
		}
		if i.State != Draining {
			alive++
		}
	}
	s.set.Coming = starting || alive < expected.count
	return s
}

// with returns the snapshot in which one service was replaced.
func (s *Snapshot) with(name string, replacement *service) *Snapshot {
	next := &Snapshot{Version: s.Version + 1, services: make(map[string]*service, len(s.services)+1), history: s.history, changed: make(chan struct{})}
	for n, one := range s.services {
		next.services[n] = one
	}
	next.services[name] = replacement
	if len(replacement.instances) == 0 && replacement.expected == (expectation{}) {
		delete(next.services, name)
	}
	for _, one := range next.services {
		next.Instances = append(next.Instances, one.instances...)
	}
	slices.SortFunc(next.Instances, compare)
	return next
}

// replaced are a service's instances with one put in, or taken out when in is nil.
func replaced(instances []Instance, id string, in *Instance) []Instance {
	next := slices.DeleteFunc(slices.Clone(instances), func(i Instance) bool { return i.ID == id })
	if in != nil {
		next = append(next, *in)
	}
	slices.SortFunc(next, compare)
	return next
}
