package runner

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// The words of sock_diag(7) that x/sys has no types for.
const (
	diagRequestSize  = 56 // struct inet_diag_req_v2
	diagMessageInode = 68 // offset of idiag_inode in struct inet_diag_msg
	diagMessageSize  = 72
	netlinkHead      = 16
)

// socketInode asks the kernel for the socket whose own address is local and whose peer is remote (sock_diag(7)): one
// exact look-up, not a dump.
func socketInode(local, remote netip.AddrPort) (uint32, bool) {
	families := []byte{unix.AF_INET}
	if local.Addr().Is6() {
		families = []byte{unix.AF_INET6}
	} else {
		families = append(families, unix.AF_INET6) // a dual-stack socket has a mapped address
	}
	for _, family := range families {
		if inode, ok := askInode(family, local, remote); ok {
			return inode, true
		}
	}
	return 0, false
}

func askInode(family byte, local, remote netip.AddrPort) (uint32, bool) {
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return 0, false
	}
	defer func() { _ = unix.Close(socket) }()
	// The kernel answers in the call that asks; the bound is for a kernel that does not.
	wait := unix.Timeval{Usec: 100_000}
	if unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait) != nil {
		return 0, false
	}
	if unix.Sendto(socket, diagRequest(family, local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}) != nil {
		return 0, false
	}
	answer := make([]byte, 8192)
	n, _, err := unix.Recvfrom(socket, answer, 0)
	if err != nil {
		return 0, false
	}
	return diagInode(answer[:n])
}

func diagRequest(family byte, local, remote netip.AddrPort) []byte {
	b := make([]byte, netlinkHead+diagRequestSize)
	native := binary.NativeEndian
	native.PutUint32(b[0:], uint32(len(b)))
	native.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	native.PutUint16(b[6:], unix.NLM_F_REQUEST)
	r := b[netlinkHead:]
	r[0], r[1] = family, unix.IPPROTO_TCP
	native.PutUint32(r[4:], ^uint32(0)) // every state
	binary.BigEndian.PutUint16(r[8:], local.Port())
	binary.BigEndian.PutUint16(r[10:], remote.Port())
	copy(r[12:28], addressBytes(family, local.Addr()))
	copy(r[28:44], addressBytes(family, remote.Addr()))
	native.PutUint32(r[48:], ^uint32(0)) // INET_DIAG_NOCOOKIE
	native.PutUint32(r[52:], ^uint32(0))
	return b
}

func addressBytes(family byte, a netip.Addr) []byte {
	if family == unix.AF_INET {
		four := a.As4()
		return four[:]
	}
	sixteen := a.As16()
	return sixteen[:]
}

func diagInode(answer []byte) (uint32, bool) {
	if len(answer) < netlinkHead+diagMessageSize || binary.NativeEndian.Uint16(answer[4:]) != unix.SOCK_DIAG_BY_FAMILY {
		return 0, false // NLMSG_ERROR: no such socket
	}
	inode := binary.NativeEndian.Uint32(answer[netlinkHead+diagMessageInode:])
	return inode, inode != 0
}

// groupCache holds the processes of the supervised groups.
type groupCache struct {
	mu struct {
		sync.Mutex
		members map[int]string
		leaders string
		until   time.Time
	}
}

// holder is the service of which a process has the socket.
func (g *groupCache) holder(inode uint32, services map[int]string) (string, bool) {
	link := fmt.Sprintf("socket:[%d]", inode)
	members, fresh := g.recent(services, time.Now())
	for {
		for pid, service := range members {
			if holds(pid, link) {
				return service, true
			}
		}
		if fresh {
			return "", false
		}
		members, fresh = g.renew(services), true
	}
}

func (g *groupCache) recent(services map[int]string, now time.Time) (members map[int]string, fresh bool) {
	g.mu.Lock()
	members, valid := g.mu.members, g.mu.leaders == fmt.Sprint(services) && now.Before(g.mu.until)
	g.mu.Unlock()
	if valid {
		return members, false
	}
	return g.renew(services), true
}

func (g *groupCache) renew(services map[int]string) map[int]string {
	members := membersOf(services)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.members, g.mu.leaders, g.mu.until = members, fmt.Sprint(services), time.Now().Add(membersFor)
	return members
}

// membersOf are the processes of the groups, and those whose ancestors belong to one.
func membersOf(services map[int]string) map[int]string {
	members, parents := map[int]string{}, map[int]int{}
	for _, s := range allStats() {
		parents[s.pid] = s.parent
		if service, supervised := services[s.group]; supervised {
			members[s.pid] = service
		}
	}
	for pid := range parents {
		for at, steps := parents[pid], 0; at > 1 && steps < 64; at, steps = parents[at], steps+1 {
			if service, is := members[at]; is {
				if _, known := members[pid]; !known {
					members[pid] = service
				}
				break
			}
		}
	}
	return members
}

// holds tells whether a process has a descriptor that links to link.
func holds(pid int, link string) bool { return slices.Contains(descriptors(pid), link) }

// descriptors are what those of a process link to, none when they may not be read.
func descriptors(pid int) []string {
	folder := "/proc/" + strconv.Itoa(pid) + "/fd"
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var all []string
	for _, name := range names {
		if to, err := os.Readlink(folder + "/" + name); err == nil {
			all = append(all, to)
		}
	}
	return all
}

// listeningInodes are the sockets that listen on a port, of any address.
func listeningInodes(port int) []uint32 {
	var found []uint32
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		found = append(found, parseListening(b, port)...)
	}
	return found
}

// parseListening reads /proc/net/tcp (proc_pid_net(5)): local address, remote address, state, …, inode in column 10.
func parseListening(table []byte, port int) []uint32 {
	const listening = "0A"
	var found []uint32
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != listening || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
			continue
		}
		if inode, err := strconv.ParseUint(fields[9], 10, 32); err == nil {
			found = append(found, uint32(inode))
		}
	}
	return found
}

// anyHolder looks at every process that we may look at.
func anyHolder(inode uint32) (int, bool) {
	link := fmt.Sprintf("socket:[%d]", inode)
	for _, s := range allStats() {
		if holds(s.pid, link) {
			return s.pid, true
		}
	}
	return 0, false
}

// programOf is the program's name: the kernel's is cut after 15 letters.
func programOf(pid int) string {
	folder := "/proc/" + strconv.Itoa(pid)
	if b, err := os.ReadFile(folder + "/cmdline"); err == nil {
		if first, _, _ := bytes.Cut(b, []byte{0}); len(first) > 0 {
			return filepath.Base(string(first))
		}
	}
	b, err := os.ReadFile(folder + "/comm")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}
