package runner

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestAFreePortIsGivenOnce(t *testing.T) {
	var ports Ports
	var all sync.WaitGroup
	given := make(chan int, 100)
	for range 5 {
		all.Go(func() {
			for range 20 {
				port, err := ports.FreePort()
				if err != nil {
					t.Error(err)
				}
				given <- port
			}
		})
	}
	all.Wait()
	close(given)
	seen := map[int]bool{}
	for port := range given {
		if seen[port] || port <= 0 {
			t.Fatalf("port %d was given twice", port)
		}
		seen[port] = true
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstOf(seen)))
	if err != nil {
		t.Fatalf("a free port is not free: %v", err)
	}
	_ = l.Close()
}

func firstOf(ports map[int]bool) int {
	for port := range ports {
		return port
	}
	return 0
}

func TestAPortRestsForAMinute(t *testing.T) {
	var ports Ports
	now := time.Unix(1000, 0)
	rows := []struct {
		sentence string
		at       time.Duration
		given    bool
	}{
		{"at first it is given", 0, true},
		{"not again at once", time.Second, false},
		{"nor at the end of its rest", portRest, false},
		{"afterwards it is", portRest + time.Second, true},
		{"and rests again", portRest + 2*time.Second, false},
	}
	for _, row := range rows {
		if got := ports.give(7001, now.Add(row.at)); got != row.given {
			t.Errorf("%s: given is %v", row.sentence, got)
		}
	}
}

func TestTheOwnerOfAPort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows whose a socket is")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err) // a machine without IPv6
			continue
		}
		tcp, _ := l.Addr().(*net.TCPAddr)
		pid, program, ok := PortOwner(tcp.Port)
		if !ok || pid != os.Getpid() || program != filepath.Base(os.Args[0]) {
			t.Errorf("%s: %d %s, %v", address, pid, program, ok)
		}
		_ = l.Close()
		if pid, program, ok := PortOwner(tcp.Port); ok {
			t.Errorf("a port that nobody has belongs to %d %s", pid, program)
		}
	}
}
