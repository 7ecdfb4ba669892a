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
	for _, build := range [][2]string{{"banyan", "bin/banyan"}, {"earlier", p.earlier}} {
		name, binary := build[0], build[1]
		if binary == "" {
			continue
		}
		own, err := startBanyan(ctx, name, binary, filepath.Join(folder, name), backend)
		if err != nil {
			return all, fmt.Errorf("starting %s: %w", name, err)
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

func startBanyan(ctx context.Context, name, binary, folder, backend string) (*peer, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	listen := free()
	file := filepath.Join(folder, "banyan.yaml")
	text := fmt.Sprintf("banyan: 1\napp: bench\ngateway:\n  listen: %s\n  routes:\n    - {path: /**, to: backend}\nexternal:\n  backend: {endpoints: [%q]}\n", listen, backend)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, binary, "up", "-d", "--wait", "--file", file).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	app, err := api.Dial(project.Place{Root: folder}.Socket()).App(ctx)
	if err != nil {
		return nil, err
	}
	return &peer{
		name: name, address: listen, processes: func() []int { return []int{app.PID} },
		stop: func() { _ = exec.Command(binary, "down", "--file", file).Run() }, // what is left ends with the machine
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
