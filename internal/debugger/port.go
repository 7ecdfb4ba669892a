package debugger

import (
	"hash/fnv"
	"net"
	"time"
)

// Ports of debuggers lie below those that systems give to connections (Linux: from 32768, IANA's: from 49152), so that nothing takes
// them by chance.
const (
	firstPort = 21000
	ports     = 8000
)

// Port is the one at which a service of an application is debugged: the same each time and on each machine, so that an editor's
// configuration can be shared. Services are all of the application in a fixed order; no two get the same.
func Port(app string, services []string, service string) int {
	taken := map[int]bool{}
	for _, name := range services {
		h := fnv.New32a()
		_, _ = h.Write([]byte(app + "/" + name)) // a hash takes everything
		at := int(h.Sum32() % ports)
		for taken[at] {
			at = (at + 1) % ports
		}
		taken[at] = true
		if name == service {
			return firstPort + at
		}
	}
	return 0
}

// Free tells whether nobody listens at a port of loopback, or stops within patience.
func Free(port int, patience time.Duration) bool {
	const look = 50 * time.Millisecond
	address := Session{Port: port}.Address()
	for deadline := time.Now().Add(patience); ; time.Sleep(look) {
		l, err := net.Listen("tcp4", address)
		if err == nil {
			return l.Close() == nil
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}
