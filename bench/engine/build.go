package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
)

// build is a banyan with so many routes: the last one leads to the backends. One with calls runs backends of gRPC as well.
type build struct {
	name, binary string
	routes       int
	cores        int
	calls        bool
}

func (b build) file(plain, secure, own string, backends []string) string {
	var routes, services strings.Builder
	if b.calls {
		routes.WriteString("    - {path: /bench.Echo/**, to: calls}\n")
		fmt.Fprintf(&services, "services:\n  calls: {run: %q, replicas: 2, expose: {protocol: grpc}}\n", own+" backend")
	}
	for i := range b.routes - 1 {
		fmt.Fprintf(&routes, "    - {path: /r%d/**, to: backend}\n", i)
	}
	return fmt.Sprintf("banyan: 1\napp: bench\ngateway:\n  listen: %s\n  https: %s\n  routes:\n%s    - {path: /**, to: backend}\n"+
		"external:\n  backend: {endpoints: [\"%s\"]}\n%s", plain, secure, routes.String(), strings.Join(backends, `", "`), services.String())
}

// startBuilds starts them one after the other; the first one's instances are the backends of gRPC for all peers.
func (s *stage) startBuilds(ctx context.Context, builds []build) ([]*peer, error) {
	var all []*peer
	for i, b := range builds {
		folder, err := os.MkdirTemp(s.folder, b.name)
		if err != nil {
			return all, err
		}
		own, err := b.start(ctx, folder, s.backends)
		if own != nil {
			all = append(all, own)
		}
		if err != nil {
			return all, fmt.Errorf("starting %s: %w", b.name, err)
		}
		if i == 0 && b.calls {
			if s.framed, err = instances(ctx, folder); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

func (b build) start(ctx context.Context, folder string, backends []string) (*peer, error) {
	plain, secure := free(), free()
	file := filepath.Join(folder, "banyan.yaml")
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, []byte(b.file(plain, secure, own, backends)), 0o600); err != nil {
		return nil, err
	}
	argv := pinned(b.cores, []string{b.binary, "up", "-d", "--wait", "--file", file})
	up := exec.CommandContext(ctx, argv[0], argv[1:]...)
	up.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", b.cores))
	p := &peer{name: b.name, plain: plain, secure: secure, framed: plain}
	p.stop = func() { _ = exec.Command(b.binary, "down", "--file", file).Run() } // what is left ends with the machine
	if out, err := up.CombinedOutput(); err != nil {
		return p, fmt.Errorf("%w\n%s", err, out)
	}
	app, err := api.Dial(project.Place{Root: folder}.Socket()).App(ctx)
	if err != nil {
		return p, err
	}
	p.processes = func() []int { return []int{app.PID, app.Keeper} }
	return p, answering(secure)
}

// instances are the addresses of those of the service calls.
func instances(ctx context.Context, folder string) ([]string, error) {
	services, err := api.Dial(project.Place{Root: folder}.Socket()).Services(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, service := range services {
		if service.Name != "calls" {
			continue
		}
		for _, i := range service.Instances {
			all = append(all, i.Address)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the service calls has no instances")
	}
	return all, nil
}
