// Package polyglot tests the four programs of the ring as they are: started, asked, and told to stop.
package polyglot

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// step is one program of the ring.
type step struct {
	name, next string
	command    []string
}

func steps(t *testing.T) []step {
	t.Helper()
	// go test keeps its answer while the files that the test looks at are the same: those that the programs read are among them.
	for _, source := range []string{"node/server.mjs", "python/server.py", "java/Main.java", "go/main.go", "go/ring.go"} {
		if _, err := os.Stat(source); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(t.TempDir(), "ring-step")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./go").CombinedOutput(); err != nil {
		t.Fatalf("building go: %v\n%s", err, out)
	}
	return []step{
		{"node", "PYTHON_URL", []string{"node", "server.mjs"}},
		{"python", "JAVA_URL", []string{"python3", "-u", "server.py"}},
		{"java", "GO_URL", []string{"java", "Main.java"}},
		{"go", "NODE_URL", []string{binary}},
	}
}

// missing says why a step cannot run here. A machine that is to run all examples says so, and then it is a failure.
func missing(t *testing.T, s step) bool {
	t.Helper()
	_, err := exec.LookPath(s.command[0])
	if err == nil && s.name == "java" {
		err = exec.CommandContext(t.Context(), "java", "-version").Run() // macOS has a java that only asks for one
	}
	if err == nil {
		return false
	}
	if os.Getenv("BANYAN_REQUIRE_SERVICES") == "1" && s.name != "java" {
		t.Fatalf("%s is required here and missing: %v", s.command[0], err)
	}
	return true
}

// running is a started program; lines is what it wrote, complete once it has ended.
type running struct {
	url     string
	command *exec.Cmd
	read    chan struct{}
	mu      struct {
		sync.Mutex
		lines []map[string]any
	}
}

// start runs a step at a port of its own choosing and waits for the line that names it.
func start(t *testing.T, s step, next string) *running {
	t.Helper()
	command := exec.Command(s.command[0], s.command[1:]...)
	command.Dir, command.Stderr = s.name, os.Stderr
	command.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT=0", s.next+"="+next)
	if next == "" {
		command.Env = slices.DeleteFunc(command.Env, func(v string) bool { return strings.HasPrefix(v, s.next+"=") })
	}
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatalf("starting %s: %v", s.name, err)
	}
	r := &running{command: command, read: make(chan struct{})}
	t.Cleanup(func() {
		_ = command.Process.Kill() // it has ended already where the test got to its end
		<-r.read
		_ = command.Wait()
	})
	port := make(chan int, 1)
	go r.follow(t, s.name, out, port)
	n, listens := <-port
	if !listens {
		t.Fatalf("%s ended before it listened", s.name)
	}
	r.url = "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(n))
	return r
}

func (r *running) follow(t *testing.T, name string, out io.Reader, port chan<- int) {
	defer close(r.read)
	defer close(port)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Errorf("%s wrote a line that is no JSON: %s", name, lines.Text())
			continue
		}
		r.mu.Lock()
		r.mu.lines = append(r.mu.lines, line)
		r.mu.Unlock()
		if line["msg"] == "listening" {
			port <- int(line["port"].(float64))
		}
	}
}

func (r *running) get(t *testing.T, path string) (int, walk, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", parent)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var w walk
	if kind := answer.Header.Get("Content-Type"); kind == "application/json" {
		err = json.NewDecoder(answer.Body).Decode(&w)
	}
	if err != nil {
		t.Fatalf("reading the answer to %s: %v", path, err)
	}
	return answer.StatusCode, w, answer.Header
}

type walk struct {
	Path  []string
	Ended string
}

// stop tells the program to end and returns what it wrote.
func (r *running) stop(t *testing.T, name string) []map[string]any {
	t.Helper()
	if runtime.GOOS == "windows" {
		_ = r.command.Process.Kill()
		<-r.read
		return nil
	}
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-r.read
	err := r.command.Wait()
	// A JVM ends with 128 + 15 after its shutdown hooks; the others end with 0.
	var failed *exec.ExitError
	shutdown := name == "java" && errors.As(err, &failed) && failed.ExitCode() == 143
	if err != nil && !shutdown {
		t.Errorf("%s at SIGTERM: %v", name, err)
	}
	return r.mu.lines
}

// traces tells whether a line of a request carries its trace id.
func traces(lines []map[string]any) bool {
	return slices.ContainsFunc(lines, func(line map[string]any) bool {
		return line["trace_id"] == strings.Split(parent, "-")[1] && line["status"] == 200.0
	})
}

func TestEachStepAlone(t *testing.T) {
	for _, s := range steps(t) {
		t.Run(s.name, func(t *testing.T) {
			if missing(t, s) {
				t.Skipf("%s is not installed", s.command[0])
			}
			r := start(t, s, "")
			if status, _, _ := r.get(t, "/healthz"); status != 200 {
				t.Errorf("health is %d", status)
			}
			if _, w, _ := r.get(t, "/ring?hops=0"); !slices.Equal(w.Path, []string{s.name}) || w.Ended != "" {
				t.Errorf("no hops: %+v", w)
			}
			if _, w, _ := r.get(t, "/ring?hops=1"); w.Ended != s.next+" is not set" {
				t.Errorf("with nobody to call: %+v", w)
			}
			for path, want := range map[string]int{"/ring?hops=33": 400, "/ring?hops=x": 400, "/ring?hops=-1": 400, "/elsewhere": 404} {
				if status, _, _ := r.get(t, path); status != want {
					t.Errorf("%s: answered %d, not %d", path, status, want)
				}
			}
			if status, _, _ := r.get(t, "//["); status != 400 && status != 404 {
				t.Errorf("a path that is no URL: answered %d", status)
			}
			if lines := r.stop(t, s.name); lines != nil && !traces(lines) {
				t.Errorf("no line carries the trace: %v", lines)
			}
		})
	}
}

// TestTheRing closes the ring of all that can run here by a door whose far side is set when the last one has started.
func TestTheRing(t *testing.T) {
	var first string
	seen := make(chan string, 1)
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Traceparent")
		http.Redirect(w, r, first+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(door) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })

	var names []string
	var all []*running
	next := "http://" + door.Addr().String()
	for _, s := range slices.Backward(steps(t)) {
		if missing(t, s) {
			t.Logf("%s is not installed: the ring is closed without it", s.command[0])
			continue
		}
		r := start(t, s, next)
		next, names, all = r.url, append([]string{s.name}, names...), append([]*running{r}, all...)
	}
	first = next
	status, w, _ := all[0].get(t, "/ring?hops="+strconv.Itoa(len(all)))
	if want := append(names, names[0]); status != 200 || !slices.Equal(w.Path, want) || w.Ended != "" {
		t.Errorf("once around: %d %+v, not %v", status, w, want)
	}
	if got := <-seen; got != parent {
		t.Errorf("the trace came round as %q", got)
	}
	for i, r := range all {
		if lines := r.stop(t, names[i]); lines != nil && !traces(lines) {
			t.Errorf("%s logs no line with the trace", names[i])
		}
	}
}
