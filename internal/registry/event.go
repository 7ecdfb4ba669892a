package registry

// Kind is what happened to an instance.
type Kind string

// The kinds of events.
const (
	Put     Kind = "put"
	Removed Kind = "removed"
)

// Event is one change: the instance as it is now, or as it was last.
type Event struct {
	Version  uint64
	Kind     Kind
	Instance Instance
}

// remembered is how many events a reader may have missed and still resume from.
const remembered = 256

func (s *Snapshot) tell(kind Kind, i Instance) *Snapshot {
	if len(s.history) >= 2*remembered {
		s.history = append([]Event(nil), s.history[len(s.history)-remembered:]...)
	}
	s.history = append(s.history, Event{s.Version, kind, i})
	return s
}

// since returns the events after version, and false when they are no longer all known.
func (s *Snapshot) since(version uint64) ([]Event, bool) {
	if version > s.Version {
		return nil, false
	}
	if len(s.history) >= remembered && version < s.history[0].Version {
		return nil, false
	}
	for n, e := range s.history {
		if e.Version > version {
			return s.history[n:], true
		}
	}
	return nil, true
}
