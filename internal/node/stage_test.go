package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/project"
)

// stage is an application that runs in real processes, with the test binary in every role.
type stage struct {
	t    *testing.T
	root string
	// run is another one in each test: what is marked with the same is ended together, in whatever folder it runs.
	run string
	// set are the names that the run begins with, with a dash those that are left out; none is every service.
	set    []string
	keeper *keeper.Process
	client *api.Client
}

// patience bounds every wait of a test: it is never the measure of anything.
const patience = 30 * time.Second

// beside is one more file beside banyan.yaml.
type beside struct{ name, text string }

// up starts the application that text describes: SELF is a service's command, LISTEN the gateway's address.
func up(t *testing.T, text string, more ...beside) *stage {
	t.Helper()
	return upIn(t, t.TempDir(), text, more...)
}

func upIn(t *testing.T, root, text string, more ...beside) *stage {
	t.Helper()
	return upSet(t, root, text, nil, more...)
}

func upSet(t *testing.T, root, text string, set []string, more ...beside) *stage {
	t.Helper()
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, root: root, set: set, client: api.Dial(copyOf(root).Socket())}
	for _, b := range more {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, b.name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, b.name), []byte(b.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.write(strings.ReplaceAll(text, "LISTEN", freeAddress(t)))
	s.spawn()
	return s
}

func (s *stage) spawn() {
	s.t.Helper()
	var err error
	s.run = rand.Text()
	s.keeper, err = keeper.Spawn(keeper.SpawnOptions{
		Executable: os.Args[0], Args: append([]string{asKeeper, s.root, s.run}, s.set...), Dir: s.root, Leash: true, Log: filepath.Join(runFolder(s.root), "log"),
	})
	if err != nil {
		s.t.Fatalf("spawning the keeper: %v\n%s", err, s.log())
	}
	s.t.Cleanup(s.end)
}

// end stops whatever is left and waits for the keeper's end.
func (s *stage) end() {
	_ = s.keeper.Release()
	select {
	case <-s.keeper.Done():
	case <-time.After(patience):
		s.t.Errorf("the keeper did not end\n%s", s.log())
	}
	if s.t.Failed() {
		s.t.Logf("log of the run:\n%s", s.log())
	}
}

func (s *stage) log() string {
	deeds, _ := os.ReadFile(filepath.Join(stateFolder(s.root), "journal", "journal.jsonl"))
	if len(deeds) > 6000 {
		deeds = deeds[len(deeds)-6000:]
	}
	return string(deeds) + s.written()
}

func (s *stage) written() string {
	text, err := os.ReadFile(filepath.Join(runFolder(s.root), "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// write replaces banyan.yaml at once.
func (s *stage) write(text string) {
	s.t.Helper()
	text = strings.ReplaceAll(text, "SELF", os.Args[0]+" "+asService)
	draft := filepath.Join(s.root, "draft")
	if err := os.WriteFile(draft, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(draft, filepath.Join(s.root, "banyan.yaml")); err != nil {
		s.t.Fatal(err)
	}
}

// edit changes the file as a person would.
func (s *stage) edit(old, next string) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.root, "banyan.yaml"))
	if err != nil {
		s.t.Fatal(err)
	}
	changed := strings.Replace(string(text), old, next, 1)
	if changed == string(text) {
		s.t.Fatalf("%q is not in the file", old)
	}
	s.write(changed)
}

// until waits for a state of the services.
func (s *stage) until(what string, is func(map[string]api.Service) bool) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	var last []api.Service
	for time.Now().Before(deadline) {
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
		list, err := s.client.Services(ctx)
		cancel()
		if err == nil {
			last = list
			all := map[string]api.Service{}
			for _, one := range list {
				all[one.Name] = one
			}
			if is(all) {
				return
			}
		}
		<-time.After(10 * time.Millisecond)
	}
	text, _ := json.MarshalIndent(last, "", " ")
	s.t.Fatalf("%s did not come true\n%s\n%s", what, text, s.log())
}

func (s *stage) allRun() {
	s.t.Helper()
	s.until("every service runs", func(all map[string]api.Service) bool {
		for _, one := range all {
			if one.Phase != api.Running || one.Ready < one.Desired {
				return false
			}
		}
		return len(all) > 0
	})
}

func (s *stage) app() api.App {
	s.t.Helper()
	app, err := s.client.App(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return app
}

// get asks the gateway.
func (s *stage) get(path string, into any) int {
	s.t.Helper()
	status, body := s.send("GET", path, nil)
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			s.t.Fatalf("GET %s answered %d: %s", path, status, body)
		}
	}
	return status
}

func (s *stage) send(method, path string, header http.Header) (int, []byte) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.app().Gateway+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, body
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// load sends requests one after the other until stop, and returns how many there were and what went wrong.
func load(url string, stop <-chan struct{}) (count int, wrong []string) {
	client := &http.Client{Timeout: patience}
	for {
		select {
		case <-stop:
			return count, wrong
		default:
		}
		count++
		answer, err := client.Get(url)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			wrong = append(wrong, fmt.Sprintf("%d %s %v", answer.StatusCode, body, err))
		}
	}
}

// still tells whether nothing of a service is on its way.
func still(one api.Service) bool {
	return one.Phase == api.Running && len(one.Instances) == one.Desired && one.Ready == one.Desired
}

func (s *stage) processes() map[string]int {
	s.t.Helper()
	all := map[string]int{}
	s.until("the control process answers", func(services map[string]api.Service) bool {
		for _, one := range services {
			for _, i := range one.Instances {
				all[i.ID] = i.PID
			}
		}
		return true
	})
	return all
}

// answers waits for an answer through the gateway and the mesh; connections that were open when something was killed may break.
func (s *stage) answers(gateway string) {
	s.t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	deadline := time.Now().Add(patience)
	for {
		answer, err := client.Get(gateway + "/front/call/back/hello")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no answer: %v\n%s", err, s.log())
		}
		<-time.After(5 * time.Millisecond)
	}
}

func signalTo(pid int, signal os.Signal) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return process.Signal(signal)
}

// copyOf is the application itself in a folder.
func copyOf(root string) project.Place { return project.Place{Root: root} }

func stateFolder(root string) string { return copyOf(root).State() }

func runFolder(root string) string { return copyOf(root).Run() }
