package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// stage is the application that is judged: Banyan as it is built, with a service of gRPC and one of HTTP/1.1 behind its gateway.
type stage struct {
	folder, banyan, address string
}

const application = `banyan: 1
app: conformance
gateway:
  listen: %[1]s
  routes:
    - {path: /plain/**, to: plain}
    - {path: /echo/**, to: echo}
    - {path: "/**", to: interop}
services:
  plain:
    run: %[2]s backend
  interop:
    run: sh -c 'exec %[3]s --port=$PORT'
    expose: {protocol: grpc}
  echo:
    run: sh -c 'exec node %[4]s server'
    env: {SUITES: %[5]s}
`

func begin(ctx context.Context) (*stage, error) {
	folder, err := os.MkdirTemp("", "banyan-conformance-")
	if err != nil {
		return nil, err
	}
	s := &stage{folder: folder, address: free()}
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	server, err := filepath.Abs("bin/conformance/grpc-server")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(server); err != nil {
		server = "true # is not installed" // the suite that needs it is left out
	}
	if s.banyan, err = filepath.Abs("bin/banyan"); err != nil {
		return nil, err
	}
	script, err := filepath.Abs("bench/conformance/websocket.js")
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(application, s.address, own, server, script, nodeFolder())
	if err := os.WriteFile(filepath.Join(folder, "banyan.yaml"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	if out, err := s.command(ctx, s.banyan, "up", "-d"); err != nil {
		s.end()
		return nil, fmt.Errorf("starting the application: %w\n%s", err, out)
	}
	return s, s.ready(ctx)
}

// nodeFolder has the npm packages of the suites.
func nodeFolder() string {
	path, err := filepath.Abs("bin/conformance/node")
	if err != nil {
		return ""
	}
	return path
}

// ready waits until the plain service answers.
func (s *stage) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := s.command(ctx, "curl", "-sf", "--retry", "30", "--retry-connrefused", "--retry-delay", "1", "http://"+s.address+"/plain/")
	if err != nil {
		return fmt.Errorf("waiting for the application: %w\n%s", err, out)
	}
	return nil
}

func (s *stage) end() {
	// The folder goes in any case; what could not be stopped says so itself.
	_, _ = s.command(context.Background(), s.banyan, "down")
	_ = os.RemoveAll(s.folder)
}

// command runs a program in the application's folder, for five minutes at most.
func (s *stage) command(ctx context.Context, name string, arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if path, err := filepath.Abs(name); err == nil && strings.Contains(name, "/") {
		name = path
	}
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir = s.folder
	out, err := c.CombinedOutput()
	return string(out), err
}

// free is a port at which nothing listens.
func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// backend is the plain service: slow enough that what a client opens at once is open at once.
func backend() error {
	mux := http.NewServeMux()
	mux.HandleFunc("/plain/", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte(strings.Repeat("x", 2000)))
	})
	mux.HandleFunc("/plain/fast", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fast") })
	mux.HandleFunc("/plain/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method)
		w.Header().Set("X-Query", r.URL.RawQuery)
		w.Header().Set("Trailer", "X-Sum")
		_, _ = w.Write(body)
		w.Header().Set("X-Sum", fmt.Sprint(len(body)))
	})
	mux.HandleFunc("/plain/refuse", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	mux.HandleFunc("/plain/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 4<<20)) })
	mux.HandleFunc("/plain/early", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "page")
	})
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux)
}
