package runner

import (
	"net"
	"net/netip"
	"time"
)

// Peers finds which supervised service opened a connection.
type Peers struct {
	// Services are the leaders of the supervised process groups and their services.
	Services func() map[int]string
	groups   groupCache
}

// membersFor is how long the members of the groups are taken to be the same; a peer that is not found among them is
// looked for in a fresh list once.
const membersFor = time.Second

// Service is the supervised service that opened the connection, found once per connection. It looks at the descriptors
// of supervised processes only, those that left their group's leader as parent included. On systems other than Linux,
// and for peers that are no supervised process, nothing is found.
func (p *Peers) Service(c net.Conn) (service string, found bool) {
	local, ok := addressOf(c.LocalAddr())
	remote, remoteOK := addressOf(c.RemoteAddr())
	if !ok || !remoteOK || !remote.Addr().IsLoopback() {
		return "", false
	}
	// The peer's own socket has our remote address as its local one.
	inode, ok := socketInode(remote, local)
	if !ok {
		return "", false
	}
	return p.groups.holder(inode, p.Services())
}

func addressOf(a net.Addr) (netip.AddrPort, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	address := tcp.AddrPort()
	return netip.AddrPortFrom(address.Addr().Unmap(), address.Port()), address.IsValid()
}

// PortOwner tells who listens on a TCP port of this machine, as far as the system shows it to us.
func PortOwner(port int) (pid int, program string, ok bool) {
	for _, inode := range listeningInodes(port) {
		if pid, ok := anyHolder(inode); ok {
			return pid, programOf(pid), true
		}
	}
	return 0, "", false
}
