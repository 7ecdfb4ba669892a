package proxy

import "net"

// Quiet is what a transport asks of a connection before it uses it again.
func Quiet(conn net.Conn) bool {
	var s socket
	s.open(conn)
	return s.quiet()
}

// Open counts the connections.
func (s *Server) Open() int { return s.count(func(*connection) bool { return true }) }

// Working counts the connections that serve an exchange.
func (s *Server) Working() int {
	return s.count(func(c *connection) bool { return c.phase.Load() == working })
}

func (s *Server) count(is func(*connection) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for c := range s.mu.connections {
		if is(c) {
			n++
		}
	}
	return n
}
