package proxy

import "net"

// Quiet is what a transport asks of a connection before it uses it again.
func Quiet(conn net.Conn) bool {
	var s socket
	s.open(conn)
	return s.quiet()
}
