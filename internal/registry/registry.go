package registry

import (
	"crypto/rand"
	"time"

	"github.com/banyan-run/banyan/internal/snapshot"
)

// Registry is the live instances.
type Registry struct {
	// epoch tells the versions of this registry from those of one before.
	epoch   string
	current snapshot.Value[*Snapshot]
}

// New returns an empty registry.
func New() *Registry {
	r := &Registry{epoch: rand.Text()[:8]}
	r.current.Store(&Snapshot{Version: 1, services: map[string]*service{}, changed: make(chan struct{})})
	return r
}

// Put adds an instance, or replaces the one of the same id.
func (r *Registry) Put(i Instance) {
	if i.Since.IsZero() {
		i.Since = time.Now()
	}
	r.change(func(old *Snapshot) *Snapshot { return old.put(i) })
}

// SetState changes an instance's state and says why; nothing happens when there is no such instance.
func (r *Registry) SetState(id string, state State, reason string) {
	now := time.Now()
	r.change(func(old *Snapshot) *Snapshot {
		i, there := old.Find(id)
		if !there || i.State == state && i.Reason == reason {
			return old.same()
		}
		if i.State != state {
			i.Since = now
		}
		i.State, i.Reason = state, reason
		return old.put(i)
	})
}

// Remove takes an instance out.
func (r *Registry) Remove(id string) {
	r.change(func(old *Snapshot) *Snapshot {
		i, there := old.Find(id)
		if !there {
			return old.same()
		}
		s := old.services[i.Service]
		next := old.with(i.Service, newService(replaced(s.instances, id, nil), s.expected))
		return next.tell(Removed, i)
	})
}

// Expect says that n instances of a service shall be there: a caller may wait while fewer are known. 0 ends that; why, empty when
// there is nothing to say, is then what callers are told.
func (r *Registry) Expect(name string, n int, why string) {
	next := expectation{count: n}
	if n == 0 {
		next.why = why
	}
	r.change(func(old *Snapshot) *Snapshot {
		s := old.services[name]
		if s == nil {
			s = &service{}
		}
		if s.expected == next {
			return old.same()
		}
		return old.with(name, newService(s.instances, next))
	})
}

func (s *Snapshot) put(i Instance) *Snapshot {
	one := s.services[i.Service]
	if one == nil {
		one = &service{}
	}
	return s.with(i.Service, newService(replaced(one.instances, i.ID, &i), one.expected)).tell(Put, i)
}

// same is the next version without a difference.
func (s *Snapshot) same() *Snapshot {
	next := *s
	next.Version++
	next.changed = make(chan struct{})
	return &next
}

// change publishes what f makes of the newest snapshot, then wakes those who wait for what it replaced: they find the
// new one. Each snapshot and each service's part is replaced once, so each channel is closed once.
func (r *Registry) change(f func(*Snapshot) *Snapshot) {
	var old, next *Snapshot
	r.current.Update(func(s *Snapshot) *Snapshot {
		old, next = s, f(s)
		return next
	})
	close(old.changed)
	for name, one := range old.services {
		if next.services[name] != one {
			close(one.changed)
		}
	}
}

// Snapshot returns the newest snapshot.
func (r *Registry) Snapshot() *Snapshot { return r.current.Load() }

// Changed is closed when version is no longer the newest.
func (r *Registry) Changed(version uint64) <-chan struct{} { return r.current.Changed(version) }

// Endpoints returns what a caller of the service needs; it takes no lock and allocates nothing.
func (r *Registry) Endpoints(service string) Set {
	s := r.current.Load()
	if one := s.services[service]; one != nil {
		return one.set
	}
	return Set{Changed: s.changed}
}
