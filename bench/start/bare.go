package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// bare starts the shop's binaries with no platform and returns when each answers its health check.
func bare(ctx context.Context, root string) (time.Duration, error) {
	binaries, err := filepath.Glob(filepath.Join(root, "bin", "*"))
	if err != nil || len(binaries) == 0 {
		return 0, fmt.Errorf("no binaries in %s/bin", root)
	}
	ports := map[string]string{}
	var urls []string
	for _, binary := range binaries {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		ports[binary] = l.Addr().String()
		urls = append(urls, strings.ToUpper(filepath.Base(binary))+"_URL=http://"+l.Addr().String())
		_ = l.Close() // the port is what was wanted
	}
	start := time.Now()
	var started []*exec.Cmd
	defer func() {
		for _, c := range started {
			_ = c.Process.Signal(syscall.SIGTERM)
			_ = c.Wait() // it was asked to end
		}
	}()
	for _, binary := range binaries {
		host, port, _ := strings.Cut(ports[binary], ":")
		c := exec.CommandContext(ctx, binary)
		c.Dir = filepath.Join(root, filepath.Base(binary))
		c.Env = append(append(os.Environ(), urls...), "HOST="+host, "PORT="+port)
		if err := c.Start(); err != nil {
			return 0, err
		}
		started = append(started, c)
	}
	for _, at := range ports {
		if err := until(ctx, func() error { return get(ctx, "http://"+at+"/healthz") }); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}
