package doctor

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/runner"
)

func giving(name string, results ...Result) Check {
	return Check{Name: name, Why: "because", Look: func(context.Context, Subject) []Result { return results }}
}

func TestTheReportCountsAndKeepsTheOrder(t *testing.T) {
	rows := []struct {
		sentence string
		grades   []Grade
		ok       bool
		text     string
	}{
		{"all is right", []Grade{Fine, Fine}, true, "all is right"},
		{"a warning fails nothing", []Grade{Fine, Warning}, true, "nothing failed, 1 warning"},
		{"one failure is enough", []Grade{Warning, Failed, Warning}, false, "1 check failed, 2 warnings"},
		{"failures without a warning", []Grade{Failed, Failed}, false, "2 checks failed, no warning"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			var all []Check
			for i, g := range row.grades {
				all = append(all, giving(string(rune('a'+i)), Result{Grade: g, Found: "x"}))
			}
			r := Run(t.Context(), shop(), all)
			if r.OK != row.ok || r.Text != row.text {
				t.Errorf("%v, %q", r.OK, r.Text)
			}
			for i, f := range r.Findings {
				if f.Check != string(rune('a'+i)) || f.Grade != row.grades[i] || f.Why != "because" {
					t.Errorf("finding %d is %+v", i, f)
				}
			}
		})
	}
}

func TestACheckThatHangsIsReportedAndHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := Check{Name: "disk", Why: "because", Look: func(context.Context, Subject) []Result { <-release; return fine("late") }}
		r := Run(t.Context(), shop(), []Check{stuck, giving("clock", Result{Grade: Fine, Found: "now"})})
		if len(r.Findings) != 2 || r.Findings[0].Grade != Warning || !strings.Contains(r.Findings[0].Found, "did not answer in time") || r.Findings[1].Found != "now" {
			t.Errorf("%+v", r.Findings)
		}
		close(release)
	})
}

// here is a subject of this machine: an application of one program that is surely there.
func here(t *testing.T, port string) Subject {
	t.Helper()
	root := t.TempDir()
	s := Subject{Dir: root, Environ: os.Environ(), Banyan: Banyan{
		Version: "1", System: runtime.GOOS, State: filepath.Join(root, ".banyan"),
		Runtime: filepath.Join(root, "runtime"), Socket: filepath.Join(root, ".banyan", "run", "control.sock"),
	}}
	s.App = &graph.App{Name: "shop", Root: root, File: filepath.Join(root, "banyan.yaml"), Edge: graph.Edge{Listen: port}, Services: []*graph.Service{
		{Name: "web", Dir: root, Build: graph.Command{Argv: []string{"go", "version"}}, Run: graph.Command{Argv: []string{"./web"}}, Replicas: graph.Replicas{Count: 1}, Watch: graph.Watch{On: true}},
	}}
	return s
}

func TestTheRealProbesAnswerAndLeaveNothing(t *testing.T) {
	s := here(t, "127.0.0.1:0")
	r := Run(t.Context(), s, Checks())
	for _, c := range Checks() {
		i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Check == c.Name })
		if i < 0 {
			t.Errorf("%s found nothing", c.Name)
			continue
		}
		t.Logf("%-16s %-8s %s", c.Name, r.Findings[i].Grade, r.Findings[i].Found)
	}
	left, err := os.ReadDir(s.Dir)
	if err != nil || len(left) != 0 {
		t.Errorf("the doctor left %v (%v)", left, err)
	}
}

func TestWhoHasThePortIsNamed(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	found := ports(tryListen, runner.PortOwner).Look(t.Context(), here(t, l.Addr().String()))
	if len(found) != 1 || found[0].Grade != Failed {
		t.Fatalf("%+v", found)
	}
	if runtime.GOOS == "linux" && !strings.Contains(found[0].Found, filepath.Base(os.Args[0])) {
		t.Errorf("the test itself holds it, and the doctor says %q", found[0].Found)
	}
}

func TestAProgramThatIsMissingIsNamedWithItsHint(t *testing.T) {
	s := here(t, "127.0.0.1:0")
	s.App.Services[0].Build = graph.Command{Argv: []string{"no-such-compiler"}}
	found := programs(runner.Locate).Look(t.Context(), s)
	if len(found) != 1 || found[0].Grade != Failed || !strings.Contains(found[0].Found, "no-such-compiler is not installed") || !strings.HasSuffix(found[0].Found, "(web)") || found[0].Fix == "" {
		t.Errorf("%+v", found)
	}
}

func TestFoldersAreCountedButThoseOfTools(t *testing.T) {
	root := t.TempDir()
	for _, folder := range []string{"a/b", "a/c", ".git/objects", "node_modules/x/y", ".banyan/run"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if n := countFolders(t.Context(), root); n != 4 {
		t.Errorf("counted %d, not the root, a, a/b and a/c", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if n := countFolders(ended, root); n != 0 {
		t.Errorf("counted %d after the end", n)
	}
}

// The table of the documents is the one of the program.
func TestTheTiersAreThoseOfTheDocuments(t *testing.T) {
	text, err := os.ReadFile("../../docs/capabilities.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Systems() {
		row := "| " + strings.Join([]string{s.Feature, s.Linux, s.MacOS, s.Windows}, " | ") + " |"
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/capabilities.md lacks the row %s", row)
		}
		if s.On("linux") != s.Linux || s.On("darwin") != s.MacOS || s.On("windows") != s.Windows || s.On("plan9") == "" {
			t.Errorf("%s: a system has another's cell", s.Feature)
		}
	}
}

func TestAFixSurvivesTheShell(t *testing.T) {
	for _, row := range []struct{ sentence, word, want string }{
		{"a plain path stays", "/home/me/shop-1", "/home/me/shop-1"},
		{"a space is quoted", "/my shop", "'/my shop'"},
		{"a quote is closed and opened", "/it's", `'/it'\''s'`},
		{"nothing is something", "", "''"},
		{"a command is a word", "/$(rm x)", "'/$(rm x)'"},
	} {
		if got := quoted(row.word); got != row.want {
			t.Errorf("%s: %s", row.sentence, got)
		}
	}
}

func TestAProxysPasswordIsNeverShown(t *testing.T) {
	r := Run(t.Context(), environ("HTTP_PROXY=http://me:hunter2@proxy:1"), []Check{proxies()})
	for _, f := range r.Findings {
		if strings.Contains(f.Found+f.Fix, "hunter2") {
			t.Errorf("%+v", f)
		}
	}
}

func TestErrorsAreCountedWithoutWarnings(t *testing.T) {
	list := diag.List{{Severity: diag.Warning}, {Severity: diag.Error}}
	if n := errorsOf(list); n != 1 {
		t.Errorf("%d errors", n)
	}
}

func FuzzTheGroupOfAProcess(f *testing.F) {
	f.Add("0::/user/me\n", "max\n")
	f.Add("5:memory:/docker/1\n", "9223372036854771712\n")
	f.Add("0::/../../..\n", "-1")
	f.Add(":::\n\x00", "")
	f.Fuzz(func(t *testing.T, group, most string) {
		c := groups(map[string]string{"/proc/self/cgroup": group, "/sys/fs/cgroup/cgroup.controllers": "", "/sys/fs/cgroup/memory.max": most}, nil)
		if found := c.Look(t.Context(), shop()); len(found) != 1 || found[0].Found == "" {
			t.Errorf("%+v", found)
		}
	})
}
