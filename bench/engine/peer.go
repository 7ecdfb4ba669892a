package main

import (
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
	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
)

// peer is one proxy under measurement.
type peer struct {
	name, address string
	stop          func()
	processes     func() []int
}

// startAll starts Banyan first, then the peers that are installed; those that are missing are named.
func startAll(ctx context.Context, folder, backend string, p plan) ([]*peer, error) {
	var all []*peer
	builds := []build{{"banyan", "bin/banyan", 1}}
	if p.earlier != "" {
		builds = append(builds, build{"earlier", p.earlier, 1})
	}
	if p.routes > 0 {
		builds = append(builds, build{"routes", "bin/banyan", p.routes})
	}
	for _, b := range builds {
		own, err := b.start(ctx, filepath.Join(folder, b.name), backend)
		if err != nil {
			return all, fmt.Errorf("starting %s: %w", b.name, err)
		}
		all = append(all, own)
	}
	for _, kind := range []struct {
		name string
		argv func(folder, listen, backend string) ([]string, error)
	}{{"nginx", nginx}, {"haproxy", haproxy}, {"caddy", caddy}} {
		if p.only != "" && !strings.Contains(p.only, kind.name) {
			continue
		}
		if _, err := exec.LookPath(kind.name); err != nil {
			fmt.Printf("%s is not installed: left out\n", kind.name)
			continue
		}
		listen := free()
		argv, err := kind.argv(folder, listen, backend)
		if err != nil {
			return all, err
		}
		p, err := start(ctx, kind.name, listen, argv)
		if err != nil {
			return all, fmt.Errorf("starting %s: %w", kind.name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func stopAll(all []*peer) {
	for _, p := range all {
		p.stop()
	}
}

func start(ctx context.Context, name, listen string, argv []string) (*peer, error) {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Stderr = os.Stderr
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", runtime.NumCPU()))
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &peer{name: name, address: listen, processes: func() []int { return measure.Children(c.Process.Pid) }}
	p.stop = func() { _ = c.Process.Signal(syscall.SIGTERM); _ = c.Wait() } // it was asked to end
	return p, answering(listen)
}

// build is a banyan with so many routes: the last one leads to the backend.
type build struct {
	name, binary string
	routes       int
}

func (b build) file(listen, backend string) string {
	var routes strings.Builder
	for i := range b.routes - 1 {
		fmt.Fprintf(&routes, "    - {path: /r%d/**, to: backend}\n", i)
	}
	return fmt.Sprintf("banyan: 1\napp: bench\ngateway:\n  listen: %s\n  routes:\n%s    - {path: /**, to: backend}\n"+
		"external:\n  backend: {endpoints: [%q]}\n", listen, routes.String(), backend)
}

func (b build) start(ctx context.Context, folder, backend string) (*peer, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	listen := free()
	file := filepath.Join(folder, "banyan.yaml")
	if err := os.WriteFile(file, []byte(b.file(listen, backend)), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, b.binary, "up", "-d", "--wait", "--file", file).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	app, err := api.Dial(project.Place{Root: folder}.Socket()).App(ctx)
	if err != nil {
		return nil, err
	}
	return &peer{
		name: b.name, address: listen, processes: func() []int { return []int{app.PID} },
		stop: func() { _ = exec.Command(b.binary, "down", "--file", file).Run() }, // what is left ends with the machine
	}, answering(listen)
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
