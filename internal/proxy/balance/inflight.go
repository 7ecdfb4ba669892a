package balance

// InFlight counts the open exchanges at one instance (host:port) of a callee, streams included.
func (s *State) InFlight(callee, address string) int64 {
	all := s.callee(callee).instances.Load()
	if all == nil {
		return 0
	}
	if l, known := (*all)[address]; known {
		return l.inFlight.Load()
	}
	return 0
}
