package shop

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"
)

// calls reads the file's one fact that matters here: who may call whom.
func calls(t *testing.T) map[string][]string {
	t.Helper()
	var file struct {
		Services map[string]struct {
			Calls yaml.Node
		}
	}
	text, err := os.ReadFile("banyan.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for name, s := range file.Services {
		all[name] = nil
		for i, n := range s.Calls.Content {
			if s.Calls.Kind == yaml.SequenceNode || i%2 == 0 {
				all[name] = append(all[name], n.Value)
			}
		}
	}
	return all
}

// fleet is all services of the file as processes, each with the addresses of its declared calls and of nothing else, so
// that a purchase that works here needs no call that the file does not declare.
type fleet struct {
	binaries string
	calls    map[string][]string
	members  map[string]*member
}

type member struct {
	url     string
	command *exec.Cmd
	read    chan struct{}
	mu      struct {
		sync.Mutex
		traces map[string]bool
	}
}

func launch(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{t.TempDir(), calls(t), map[string]*member{}}
	arguments := []string{"build", "-o", f.binaries + string(filepath.Separator)}
	for name := range f.calls {
		arguments = append(arguments, "./"+name)
		look(t, name)
	}
	look(t, "service")
	look(t, "token")
	if out, err := exec.CommandContext(t.Context(), "go", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("building the shop: %v\n%s", err, out)
	}
	for name := range f.calls {
		f.start(t, name)
	}
	return f
}

// look has go test run again when a file of the folder has changed: its cache knows what the test looked at, and not what
// the build that the test starts reads.
func look(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// start starts what a service calls, then the service, at a port of its own choosing.
func (f *fleet) start(t *testing.T, name string) *member {
	t.Helper()
	if m, started := f.members[name]; started {
		return m
	}
	binary := filepath.Join(f.binaries, name)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	m := &member{command: exec.Command(binary), read: make(chan struct{})}
	m.mu.traces = map[string]bool{}
	m.command.Stderr = os.Stderr
	m.command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.Contains(v, "_URL=") }), "HOST=127.0.0.1", "PORT=0")
	for _, callee := range f.calls[name] {
		m.command.Env = append(m.command.Env, strings.ToUpper(callee)+"_URL="+f.start(t, callee).url)
	}
	f.members[name] = m
	out, err := m.command.StdoutPipe()
	if err == nil {
		err = m.command.Start()
	}
	if err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	t.Cleanup(func() { m.end(t, name) })
	address := make(chan string, 1)
	go m.follow(bufio.NewScanner(out), address)
	at, listens := <-address
	if !listens {
		t.Fatalf("%s ended before it listened", name)
	}
	m.url = "http://" + at
	return m
}

// follow reads the log to its end.
func (m *member) follow(lines *bufio.Scanner, address chan<- string) {
	defer close(m.read)
	defer close(address)
	for lines.Scan() {
		var line struct {
			Msg, Address string
			Trace        string `json:"trace_id"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue
		}
		if line.Msg == "listening" {
			address <- line.Address
		}
		m.mu.Lock()
		m.mu.traces[line.Trace] = true
		m.mu.Unlock()
	}
}

// end asks it to stop, which it does with code 0.
func (m *member) end(t *testing.T, name string) {
	if runtime.GOOS == "windows" {
		_ = m.command.Process.Kill()
		<-m.read
		_ = m.command.Wait()
		return
	}
	if err := m.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("stopping %s: %v", name, err)
	}
	<-m.read
	if err := m.command.Wait(); err != nil {
		t.Errorf("%s did not stop gracefully: %v", name, err)
	}
}
