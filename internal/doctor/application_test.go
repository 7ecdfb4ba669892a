package doctor

import (
	"context"
	"fmt"
	"strings"
	"syscall"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/migration"
)

func trialsOfTheApplication() []trial {
	long := strings.Repeat("x", longestSocket+1)
	nothing := with(func(s *Subject) { s.App = nil })
	faulty := with(func(s *Subject) {
		s.App, s.Faults = nil, diag.List{diag.At(diag.Position{}, diag.FileUnreadable, "x"), diag.At(diag.Position{}, diag.FileUnreadable, "y")}
	})
	missing := diag.At(diag.Position{}, diag.ProgramMissing, "go is not installed").WithHint("install it")
	return []trial{
		{"a file that can be used", file(), shop(), Fine, "/shop/banyan.yaml: 3 services", ""},
		{"no file is nothing wrong", file(), nothing, Fine, "no banyan.yaml in /shop", ""},
		{"a file with errors fails, and the machine is looked at", file(), faulty, Failed, "2 errors", "banyan validate"},

		{"a folder of this version", state(ofForm(migration.Format, nil), says(nil)), shop(), Fine, "version 2", ""},
		{"a folder of the release before", state(ofForm(1, nil), says(nil)), shop(), Fine, "the next up brings it to 2", ""},
		{"a folder of another version", state(ofForm(7, fmt.Errorf("it is of version 7: %w", migration.ErrNewer)), says(nil)), shop(), Failed, `version 7`, "banyan purge"},
		{"a folder that cannot be written", state(ofForm(1, nil), says(errDenied)), shop(), Failed, "cannot be written: permission denied", "chown"},
		{"a version that cannot be read", state(ofForm(0, errDenied), says(nil)), shop(), Failed, "version of", "chmod"},
		{"a folder that was just made", state(ofForm(0, errGone), says(nil)), shop(), Fine, "no version yet", ""},
		{"no folder yet, and none can be made", state(ofForm(0, errGone), func(folder string) error {
			return map[string]error{"/shop/.banyan": errGone, "/shop": errDenied}[folder]
		}), shop(), Failed, "cannot be made there", "chmod u+rwx /shop"},
		{"no folder yet", state(ofForm(0, errGone), func(folder string) error {
			return map[string]error{"/shop/.banyan": errGone}[folder]
		}), shop(), Fine, "nothing is kept yet", ""},

		{"a short path", socket(), shop(), Fine, "of 103 bytes", ""},
		{"a long folder's socket lies elsewhere", socket(), with(func(s *Subject) { s.Banyan.Socket = "/run/banyan/0123.sock" }), Fine, "/run/banyan/0123.sock", ""},
		{"a path that is too long wherever it lies", socket(), with(func(s *Subject) { s.Banyan.Socket = long }), Failed, "has 104 bytes", "XDG_RUNTIME_DIR"},

		{"a free port", ports(says(nil), nobody), shop(), Fine, "127.0.0.1:8080 is free", ""},
		{"the application's own port", ports(says(syscall.EADDRINUSE), nobody), with(func(s *Subject) { s.Running = true }), Fine, "held by this application", ""},
		{"a taken port names who has it", ports(says(syscall.EADDRINUSE), func(port int) (int, string, bool) { return 42, "nginx", port == 8080 }), shop(), Failed, "taken by nginx, process 42", "kill 42"},
		{"the line to change is named", ports(says(syscall.EADDRINUSE), nobody), shop(), Failed, "does not show", "banyan.yaml:5:11"},
		{"a low port", ports(says(errDenied), nobody), shop(), Failed, "below 1024", "gateway: {listen:"},
		{"an address of another machine", ports(says(syscall.EADDRNOTAVAIL), nobody), shop(), Failed, "no address of this machine", "gateway: {listen:"},
		{"any other refusal", ports(says(errBroken), nobody), shop(), Failed, "exit status 1", "gateway: {listen:"},
		{"no file, no port", ports(says(errBroken), nobody), nothing, Fine, "no file", ""},

		{"all programs are there", programs(finds(nil)), shop(), Fine, "found go, node, what build makes", ""},
		{"a program that is missing names who needs it", programs(finds(missing)), shop(), Failed, "go is not installed (orders, pay, web)", "install it"},
		{"the service's own PATH is the one that counts", programs(func(_ string, argv []string, path string) (string, error) {
			if argv[0] == "node" && path != "/opt/node" {
				return "", missing
			}
			return argv[0], nil
		}), with(func(s *Subject) { s.App.Services[1].Env = []graph.Variable{{Name: "PATH", Value: "/opt/node"}} }), Fine, "found go, node", ""},
		{"what build makes may be missing before the first build", programs(func(_ string, argv []string, _ string) (string, error) {
			if argv[0] == "bin/orders" {
				return "", missing
			}
			return argv[0], nil
		}), shop(), Fine, "what build makes", ""},

		{"versions stand in one line", versions(finds(nil), func(_ context.Context, program, flag string) (string, error) { return program + " " + flag, nil }),
			shop(), Fine, "/bin/go version · /bin/node --version", ""},
		{"one that says its number alone is named", versions(finds(nil), answering("v22.1.0", nil)), shop(), Fine, "go v22.1.0 · node v22.1.0", ""},
		{"a stub that does not start", versions(finds(nil), answering("", errBroken)), shop(), Failed, "is there and does not work: exit status 1 (orders, web)", "shows why"},
		{"a runtime that is not there", versions(finds(missing), answering("", nil)), shop(), Failed, "go is not installed (orders, web)", "install go"},
		{"one that is slow is no failure", versions(finds(nil), answering("", context.DeadlineExceeded)), shop(), Warning, "did not answer in time", "/bin/go version"},
	}
}
