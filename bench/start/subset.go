package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
)

// tiny is the program of all twelve: what is measured is the platform.
const tiny = `package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "well") })
	log.Fatal(http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), nil))
}
`

// twelve is an application of as many services in a folder of its own. s1 calls two others, and one of these a fourth.
type twelve struct{ folder, file, first string }

const (
	services = 12
	called   = "s1"
)

// closure is what runs when s1 is asked for.
var closure = []string{"s1", "s2", "s3", "s4"}

func newTwelve(ctx context.Context) (twelve, error) {
	folder, err := os.MkdirTemp("", "twelve-")
	if err != nil {
		return twelve{}, err
	}
	at := twelve{folder: folder, file: filepath.Join(folder, "banyan.yaml")}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return at, err
	}
	listen := l.Addr().String()
	at.first = "http://" + listen + "/"
	if err := l.Close(); err != nil {
		return at, err
	}
	var file strings.Builder
	fmt.Fprintf(&file, "banyan: 1\napp: twelve\ngateway: {listen: %q, routes: [{path: /**, to: %s}]}\nservices:\n", listen, called)
	calls := map[int]string{1: ", calls: [s2, s3]", 3: ", calls: [s4]"}
	for i := range services {
		fmt.Fprintf(&file, "  s%d: {run: bin/tiny, health: /healthz%s}\n", i+1, calls[i+1])
	}
	for name, text := range map[string]string{"banyan.yaml": file.String(), "main.go": tiny, "go.mod": "module tiny\n\ngo 1.24\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return at, err
		}
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", "bin/tiny", ".")
	build.Dir = folder
	if out, err := build.CombinedOutput(); err != nil {
		return at, fmt.Errorf("building the twelve: %w\n%s", err, out)
	}
	return at, nil
}

// subset measures up of one service of twelve, which starts it and what it calls, beside up of all.
func subset(ctx context.Context, rounds int) error {
	at, err := newTwelve(ctx)
	defer os.RemoveAll(at.folder)
	if err != nil {
		return err
	}
	ups := []struct {
		name     string
		services []string
		runs     int
	}{{"one of twelve, with its calls", []string{called}, len(closure)}, {"all twelve", nil, services}}
	firsts, readies := make([][]time.Duration, len(ups)), make([][]time.Duration, len(ups))
	for range rounds {
		for i, up := range ups {
			first, ready, err := at.up(ctx, up.services, up.runs)
			if err = errors.Join(err, banyan(ctx, "down", "--file", at.file)); err != nil {
				return fmt.Errorf("up of %s: %w", up.name, err)
			}
			firsts[i], readies[i] = append(firsts[i], first), append(readies[i], ready)
		}
	}
	fmt.Printf("\nup of a subset, binaries built, medians of %d\n", rounds)
	for i, up := range ups {
		row(up.name+", first", measure.Median(firsts[i]), "")
		row(up.name+", ready", measure.Median(readies[i]), fmt.Sprintf("%d instances", up.runs))
	}
	return nil
}

// up starts services, all when none is named, and returns when the first answer came and when all were ready.
func (t twelve) up(ctx context.Context, names []string, runs int) (first, ready time.Duration, err error) {
	start := time.Now()
	up := make(chan error, 1)
	go func() { up <- banyan(ctx, slices.Concat([]string{"up", "-d", "--wait", "--file", t.file}, names)...) }()
	err = until(ctx, func() error { return get(ctx, t.first) })
	first = time.Since(start)
	err = errors.Join(err, <-up)
	ready = time.Since(start)
	if err != nil {
		return first, ready, err
	}
	all, err := api.Dial(project.Place{Root: t.folder}.Socket()).Services(ctx)
	running := 0
	for _, one := range all {
		running += one.Ready
	}
	if err == nil && running != runs {
		err = fmt.Errorf("%d instances run, not %d", running, runs)
	}
	return first, ready, err
}
