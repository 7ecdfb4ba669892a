package doctor

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// shop is an application of three services, one of them watched.
func shop() Subject {
	orders := &graph.Service{
		Name: "orders", Dir: "/shop", At: diag.Position{File: "banyan.yaml", Line: 9, Column: 3},
		Build: graph.Command{Argv: []string{"go", "build", "-o", "bin/orders"}}, Run: graph.Command{Argv: []string{"bin/orders"}},
		Replicas: graph.Replicas{Count: 2}, Watch: graph.Watch{On: true},
	}
	pay := &graph.Service{Name: "pay", Dir: "/shop", Run: graph.Command{Argv: []string{"node", "pay.js"}}, Replicas: graph.Replicas{Count: 1}}
	web := &graph.Service{Name: "web", Dir: "/shop", Run: graph.Command{Argv: []string{"go", "run", "./web"}}, Replicas: graph.Replicas{Count: 1}}
	return Subject{
		App: &graph.App{
			Name: "shop", File: "/shop/banyan.yaml", Services: []*graph.Service{orders, pay, web},
			Edge: graph.Edge{Listen: "127.0.0.1:8080", ListenAt: diag.Position{File: "banyan.yaml", Line: 5, Column: 11}},
		},
		Dir: "/shop", Environ: []string{"PATH=/bin"},
		Banyan: Banyan{Version: "1", System: "linux/amd64", State: "/shop/.banyan", Runtime: "/run/banyan", Socket: "/shop/.banyan/run/control.sock"},
	}
}

// with changes the shop.
func with(change func(*Subject)) Subject {
	s := shop()
	change(&s)
	return s
}

func environ(pairs ...string) Subject {
	return with(func(s *Subject) { s.Environ = append(s.Environ, pairs...) })
}

// The probes of tests: each answers the same whatever it is asked.
func says(err error) func(string) error { return func(string) error { return err } }

func holding(text string, err error) func(string) ([]byte, error) {
	return func(string) ([]byte, error) { return []byte(text), err }
}

func folderOf(mode fs.FileMode, owned bool, err error) func(string) (folder, error) {
	return func(string) (folder, error) { return folder{fs.ModeDir | mode, owned}, err }
}

func finds(err error) locator {
	return func(_ string, argv []string, _ string) (string, error) { return "/bin/" + argv[0], err }
}

func answering(text string, err error) func(context.Context, string, string) (string, error) {
	return func(context.Context, string, string) (string, error) { return text, err }
}

func nobody(int) (int, string, bool) { return 0, "", false }

func filesOf(soft, hard uint64, err error) func(context.Context) (descriptors, error) {
	return func(context.Context) (descriptors, error) { return descriptors{soft, hard}, err }
}

func roomOf(limit, used uint64) func() []room {
	return func() []room { return []room{{"the user's limit", "ulimit -u 8192", limit, used}} }
}

func inotifyOf(watches, instances int, err error) func() (inotify, error) {
	return func() (inotify, error) { return inotify{watches, instances}, err }
}

func counting(n int) func(context.Context, string) int {
	return func(context.Context, string) int { return n }
}

func kindOf(kind string, err error) func(string) (string, error) {
	return func(string) (string, error) { return kind, err }
}

func spaceOf(bytes, files int64, err error) func(string) (space, error) {
	return func(string) (space, error) { return space{bytes, files}, err }
}

func resolving(err error, addresses ...string) func(context.Context, string, string) ([]netip.Addr, error) {
	var all []netip.Addr
	for _, a := range addresses {
		all = append(all, netip.MustParseAddr(a))
	}
	return func(context.Context, string, string) ([]netip.Addr, error) { return all, err }
}

func peerIs(found bool, err error) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) { return found, err }
}

var (
	errDenied      = &fs.PathError{Op: "access", Path: "x", Err: syscall.EACCES}
	errGone        = &fs.PathError{Op: "stat", Path: "x", Err: syscall.ENOENT}
	errBroken      = errors.New("exit status 1")
	errUnsupported = errors.ErrUnsupported
)

// clocks are right but for what a row changes.
func clocks(change func(*clockProbes)) Check {
	now := time.Date(2027, time.March, 1, 12, 0, 0, 0, time.UTC)
	p := clockProbes{
		now: func() time.Time { return now }, written: func(string) (time.Time, error) { return now, nil },
		newest: func(string) time.Time { return now.Add(-time.Hour) }, jump: func(context.Context) time.Duration { return 0 },
	}
	change(&p)
	return clock(p)
}

// groups reads the files of a map.
func groups(files map[string]string, writable error) Check {
	return memory(limits{read: func(path string) ([]byte, error) {
		text, there := files[path]
		if !there {
			return nil, errGone
		}
		return []byte(text), nil
	}, writable: says(writable)})
}

func delegated(more map[string]string) map[string]string {
	files := map[string]string{
		"/proc/self/cgroup": "0::/user/me\n", "/sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
		"/sys/fs/cgroup/user/me/cgroup.controllers": "cpu memory pids\n", "/sys/fs/cgroup/user/me/memory.max": "max\n",
	}
	for path, text := range more {
		files[path] = text
	}
	return files
}

// tried are the rows of all checks.
func tried() []trial {
	return slices.Concat(trialsOfTheApplication(), trialsOfTheMachine(), trialsOfTheNetwork(), trialsOfTheSystem())
}

type trial struct {
	sentence string
	check    Check
	subject  Subject
	grade    Grade
	// found and fix are parts of the first result of that grade.
	found, fix string
}

func TestChecks(t *testing.T) {
	for _, row := range tried() {
		t.Run(row.check.Name+"/"+row.sentence, func(t *testing.T) {
			results := row.check.Look(t.Context(), row.subject)
			i := slices.IndexFunc(results, func(r Result) bool { return r.Grade == row.grade })
			if i < 0 {
				t.Fatalf("nothing is %s: %+v", row.grade, results)
			}
			r := results[i]
			if !strings.Contains(r.Found, row.found) || !strings.Contains(r.Fix, row.fix) {
				t.Errorf("found %q, fix %q", r.Found, r.Fix)
			}
			if (r.Fix == "") != (r.Grade == Fine) {
				t.Errorf("%s with the fix %q: what is not right has a way out, and only that", r.Grade, r.Fix)
			}
		})
	}
}

// A check that cannot fail says nothing.
func TestEachCheckHasATestInWhichItFails(t *testing.T) {
	broken, fine := map[string]bool{}, map[string]bool{}
	for _, row := range tried() {
		broken[row.check.Name] = broken[row.check.Name] || row.grade != Fine
		fine[row.check.Name] = fine[row.check.Name] || row.grade == Fine
	}
	for _, c := range Checks() {
		if !broken[c.Name] {
			t.Errorf("no row of %q fails or warns", c.Name)
		}
		if !fine[c.Name] {
			t.Errorf("no row of %q is all right", c.Name)
		}
		if c.Why == "" {
			t.Errorf("%q does not say why it matters", c.Name)
		}
	}
}

// ofForm is a state folder of a form.
func ofForm(form int, err error) func(string) (int, error) {
	return func(string) (int, error) { return form, err }
}
