package runner

import (
	"net"
	"runtime"
	"testing"
	"time"
)

// accepted starts the test binary in a role that connects here, and returns our end of the connection.
func accepted(t *testing.T, network, address, role string) (net.Conn, int) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("%s: %v", address, err)
	}
	defer func() { _ = l.Close() }()
	conn := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		conn <- c
	}()
	pid := process(t, role, l.Addr().String()).Process.Pid
	select {
	case c := <-conn:
		t.Cleanup(func() { _ = c.Close() })
		return c, pid
	case <-time.After(within):
		t.Fatal("nobody connected")
		return nil, 0
	}
}

func TestAPeerIsFoundAmongTheSupervised(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows whose a socket is")
	}
	rows := []struct{ sentence, network, address, role string }{
		{"the leader of a group", "tcp4", "127.0.0.1:0", "connect"},
		{"over IPv6", "tcp6", "[::1]:0", "connect"},
		{"a child that left the group", "tcp4", "127.0.0.1:0", "parent"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			c, leader := accepted(t, row.network, row.address, row.role)
			services := map[int]string{leader: "orders"}
			p := Peers{Services: func() map[int]string { return services }}
			for range 2 { // the second time from memory
				if service, found := p.Service(c); !found || service != "orders" {
					t.Fatalf("%q, %v", service, found)
				}
			}
			services = map[int]string{}
			if service, found := p.Service(c); found {
				t.Fatalf("a process that is not supervised any more is %q", service)
			}
		})
	}
}

func TestAPeerThatIsNotSupervisedIsNobody(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	ours, err := net.Dial("tcp4", l.Addr().String())
	must(t, err)
	defer func() { _ = ours.Close() }()
	theirs, err := l.Accept()
	must(t, err)
	defer func() { _ = theirs.Close() }()
	p := Peers{Services: func() map[int]string { return map[int]string{process(t, "wait").Process.Pid: "orders"} }}
	if service, found := p.Service(theirs); found {
		t.Fatalf("the test is %q", service)
	}
	pipe, other := net.Pipe()
	defer func() { _, _ = pipe.Close(), other.Close() }()
	if service, found := p.Service(pipe); found {
		t.Fatalf("a pipe is %q", service)
	}
}
