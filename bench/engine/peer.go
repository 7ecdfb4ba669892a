package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// peer is one proxy under measurement, and where it listens: for HTTP, for HTTP under TLS, and for HTTP/2 with prior knowledge.
type peer struct {
	name                  string
	plain, secure, framed string
	stop                  func()
	processes             func() []int
}

// peers are those beside Banyan, in the order of the tables.
var peers = []struct {
	name, program string
	argv          func(site) ([]string, error)
}{
	{"nginx", "nginx", nginx}, {"haproxy", "haproxy", haproxy}, {"caddy", "caddy", caddy}, {"reverseproxy", "", tunedReverse},
}

// stage is what all proxies of a run share: the backends, the certificate, a private folder.
type stage struct {
	folder, certificate string
	backends            []string
	listeners           []net.Listener
	// framed are the backends of gRPC: instances that the first Banyan runs, since only of its own it knows that they speak HTTP/2.
	framed []string
}

func newStage() (*stage, error) {
	folder, err := os.MkdirTemp("", "bb-")
	if err != nil {
		return nil, err
	}
	s := &stage{folder: folder, certificate: filepath.Join(folder, "certificate.pem")}
	// The bench has an authority and sockets of its own, and leaves the user's alone.
	for variable, name := range map[string]string{"XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"} {
		if err := os.Setenv(variable, filepath.Join(folder, name)); err != nil {
			return nil, err
		}
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			return nil, err
		}
	}
	const backends = 2
	for range backends {
		l, err := serve("127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		s.listeners, s.backends = append(s.listeners, l), append(s.backends, l.Addr().String())
	}
	return s, certify(s.certificate)
}

func (s *stage) close() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	_ = os.RemoveAll(s.folder)
}

// start starts Banyan first, then the peers that are installed; those that are missing are named. With one core each has one.
func (s *stage) start(ctx context.Context, p plan, cores int) ([]*peer, error) {
	builds := []build{{name: "banyan", binary: "bin/banyan", routes: 1, cores: cores, calls: true}}
	if p.earlier != "" {
		builds = append(builds, build{name: "earlier", binary: p.earlier, routes: 1, cores: cores, calls: true})
	}
	all, err := s.startBuilds(ctx, builds)
	if err != nil {
		return all, err
	}
	for _, kind := range peers {
		if p.only != "" && !strings.Contains(p.only, kind.name) {
			continue
		}
		if _, err := exec.LookPath(kind.program); err != nil && kind.program != "" {
			fmt.Printf("%s is not installed: left out\n\n", kind.name)
			continue
		}
		folder, err := os.MkdirTemp(s.folder, kind.name)
		if err != nil {
			return all, err
		}
		at := newSite(folder, cores, s)
		argv, err := kind.argv(at)
		if err != nil {
			return all, err
		}
		one, err := start(ctx, kind.name, at, argv)
		if one != nil {
			all = append(all, one)
		}
		if err != nil {
			return all, fmt.Errorf("starting %s: %w", kind.name, err)
		}
	}
	return all, nil
}

func stopAll(all []*peer) {
	for _, p := range all {
		p.stop()
	}
}

// pinned keeps a command to the first core when it is to have one.
func pinned(cores int, argv []string) []string {
	if cores >= runtime.NumCPU() {
		return argv
	}
	return append([]string{"taskset", "-c", "0"}, argv...)
}

func start(ctx context.Context, name string, at site, argv []string) (*peer, error) {
	argv = pinned(at.cores, argv)
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var said bytes.Buffer
	c.Stderr = &said
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", at.cores))
	// nginx killed at once would leave its workers behind.
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = settle
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &peer{name: name, plain: at.plain, secure: at.secure, framed: at.framed, processes: func() []int { return measure.Children(c.Process.Pid) }}
	p.stop = func() { _ = c.Process.Signal(syscall.SIGTERM); _ = c.Wait() } // it was asked to end
	for _, address := range []string{at.plain, at.secure, at.framed} {
		if err := answering(address); err != nil {
			return p, fmt.Errorf("%w; it said %s", err, said.Bytes())
		}
	}
	return p, nil
}

func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err) // loopback without a free port ends any bench
	}
	defer l.Close()
	return l.Addr().String()
}

func answering(address string) error {
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("nobody listens on %s", address)
}
