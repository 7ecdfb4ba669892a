package debugger

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Start is how a service is started under its debugger.
type Start struct {
	Argv []string
	// Set are the variables that differ, by name.
	Set map[string]string
}

// Prepare tells how a command is started under a session's debugger. The error is a diag.Diagnostic: a tool that is not installed, or a
// command that this language's debugger cannot start.
func Prepare(s Session, c Command) (Start, error) {
	if len(c.Argv) == 0 {
		return Start{}, unknown("the service has no run")
	}
	switch s.Language {
	case Go:
		return prepareGo(s, c)
	case Node:
		return prepareNode(s, c), nil
	case Python:
		return preparePython(s, c)
	case Java:
		return prepareJava(s, c), nil
	}
	return Start{}, unknown("%q is no language that can be debugged", s.Language)
}

// prepareNode turns the inspector on (nodejs.org, "Debugging Node.js"). npm and pnpm run in Node.js too: they pass node-options on to what
// they start and keep out of it themselves.
func prepareNode(s Session, c Command) Start {
	flag := "--inspect="
	if s.Wait {
		flag = "--inspect-brk="
	}
	flag += s.Address()
	switch base(c.Argv[0]) {
	case "node", "nodejs":
		return Start{Argv: slices.Concat(c.Argv[:1], []string{flag}, c.Argv[1:])}
	case "npm", "pnpm":
		return Start{Argv: c.Argv, Set: map[string]string{
			"npm_config_node_options": joined(c.Environ("npm_config_node_options"), joined(c.Environ("NODE_OPTIONS"), flag)), "NODE_OPTIONS": "",
		}}
	}
	return Start{Argv: c.Argv, Set: map[string]string{"NODE_OPTIONS": joined(c.Environ("NODE_OPTIONS"), flag)}}
}

// prepareJava lets the JVM listen (JDWP, "Connection and Invocation Details").
func prepareJava(s Session, c Command) Start {
	suspend := "n"
	if s.Wait {
		suspend = "y"
	}
	agent := fmt.Sprintf("-agentlib:jdwp=transport=dt_socket,server=y,suspend=%s,address=%s", suspend, s.Address())
	return Start{Argv: c.Argv, Set: map[string]string{"JAVA_TOOL_OPTIONS": joined(c.Environ("JAVA_TOOL_OPTIONS"), agent)}}
}

func joined(before, more string) string { return strings.TrimSpace(before + " " + more) }

// preparePython hands the program to debugpy. A program that is a script is run by the interpreter of its first line.
func preparePython(s Session, c Command) (Start, error) {
	interpreter, rest := c.Argv[0], c.Argv[1:]
	if !pythonName.MatchString(base(interpreter)) {
		path, err := c.Locate(interpreter)
		if err != nil {
			return Start{}, err
		}
		if interpreter, rest = interpreterOf(path), slices.Concat([]string{path}, rest); interpreter == "" {
			return Start{}, unknown("%s is no Python script", c.Argv[0]).WithHint("write the interpreter into run: python3 -u server.py")
		}
	}
	if err := c.hasDebugpy(interpreter); err != nil {
		return Start{}, err
	}
	flags := pythonFlags(rest)
	debugpy := []string{"-m", "debugpy", "--listen", s.Address()}
	if s.Wait {
		debugpy = append(debugpy, "--wait-for-client")
	}
	return Start{Argv: slices.Concat([]string{interpreter}, rest[:flags], debugpy, rest[flags:])}, nil
}

// interpreterOf is the interpreter of a script when it is Python.
func interpreterOf(path string) string {
	if found := interpreter(path); pythonName.MatchString(base(found)) {
		return found
	}
	return ""
}

// pythonFlags counts the words before the script, -m or -c: the interpreter's own flags, of which -W and -X take a word.
func pythonFlags(words []string) int {
	for i := 0; i < len(words); i++ {
		switch word := words[i]; {
		case !strings.HasPrefix(word, "-") || word == "-" || strings.HasPrefix(word, "-m") || strings.HasPrefix(word, "-c"):
			return i
		case word == "-W" || word == "-X":
			i++
		}
	}
	return len(words)
}

// asking bounds the question whether debugpy is there.
const asking = 10 * time.Second

func (c Command) hasDebugpy(interpreter string) error {
	path, err := c.Locate(interpreter)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), asking)
	defer cancel()
	question := exec.CommandContext(ctx, path, "-c", "import debugpy")
	question.Dir = c.Dir
	if home := c.Environ("PYTHONPATH"); home != "" {
		question.Env = append(os.Environ(), "PYTHONPATH="+home)
	}
	if question.Run() == nil {
		return nil
	}
	return missing("debugpy is not installed for %s", interpreter).WithHint("%s -m pip install debugpy", interpreter)
}

func missing(format string, args ...any) diag.Diagnostic {
	return diag.At(diag.Position{}, diag.ProgramMissing, format, args...)
}

// prepareGo hands the program to delve. go run is built anew, without optimisation; a built program is run as it is.
func prepareGo(s Session, c Command) (Start, error) {
	dlv, err := c.delve()
	if err != nil {
		return Start{}, err
	}
	flags := []string{"--headless", "--listen=" + s.Address(), "--api-version=2", "--accept-multiclient"}
	if !s.Wait {
		flags = append(flags, "--continue")
	}
	if base(c.Argv[0]) != "go" || len(c.Argv) < 3 || c.Argv[1] != "run" {
		program, err := c.Locate(c.Argv[0])
		if err != nil {
			return Start{}, err
		}
		return Start{Argv: slices.Concat([]string{dlv, "exec", program}, flags, []string{"--"}, c.Argv[1:])}, nil
	}
	build, packages, args := goRun(c.Argv[2:])
	if err := os.MkdirAll(c.Scratch, 0o700); err != nil {
		return Start{}, missing("there is no place for what delve builds: %v", err)
	}
	flags = append(flags, "--output="+filepath.Join(c.Scratch, "program"))
	if len(build) > 0 {
		flags = append(flags, "--build-flags="+strings.Join(build, " "))
	}
	return Start{Argv: slices.Concat([]string{dlv, "debug"}, packages, flags, []string{"--"}, args)}, nil
}

// goRun parts the words after go run: flags of the build, the package or its files, and the program's arguments (go help run).
func goRun(words []string) (build, packages, args []string) {
	at := 0
	for ; at < len(words) && strings.HasPrefix(words[at], "-"); at++ {
		build = append(build, words[at])
		if takesWord[strings.TrimLeft(words[at], "-")] && at+1 < len(words) {
			at++
			build = append(build, words[at])
		}
	}
	if at < len(words) && !strings.HasSuffix(words[at], ".go") {
		return build, words[at : at+1], words[at+1:]
	}
	for ; at < len(words) && strings.HasSuffix(words[at], ".go"); at++ {
		packages = append(packages, words[at])
	}
	return build, packages, words[at:]
}

// takesWord are the flags of go build whose value is the next word.
var takesWord = map[string]bool{
	"C": true, "p": true, "asmflags": true, "buildmode": true, "compiler": true, "gccgoflags": true, "gcflags": true, "installsuffix": true,
	"ldflags": true, "mod": true, "modfile": true, "overlay": true, "pgo": true, "pkgdir": true, "tags": true, "toolexec": true, "exec": true,
}

// delve is looked for where the service's programs are, then where go install puts it.
func (c Command) delve() (string, error) {
	if path, err := c.Locate("dlv"); err == nil {
		return path, nil
	}
	folders := []string{c.Environ("GOBIN")}
	for _, folder := range filepath.SplitList(c.Environ("GOPATH")) {
		folders = append(folders, filepath.Join(folder, "bin"))
	}
	if home := c.Environ("HOME"); home != "" {
		folders = append(folders, filepath.Join(home, "go", "bin"))
	}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		if path, err := c.Locate(filepath.Join(folder, "dlv")); err == nil {
			return path, nil
		}
	}
	return "", missing("delve, the debugger of Go, is not installed: there is no dlv").WithHint("go install github.com/go-delve/delve/cmd/dlv@latest")
}
