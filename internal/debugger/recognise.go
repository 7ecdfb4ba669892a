package debugger

import (
	"bufio"
	"bytes"
	"debug/buildinfo"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Command is how a service is started.
type Command struct {
	// Argv is the program and its arguments; Dir the folder in which it starts.
	Argv []string
	Dir  string
	// Environ is its environment by name.
	Environ func(name string) string
	// Locate finds a program as the service's start would.
	Locate func(name string) (string, error)
	// Scratch is a folder for what a debugger builds; it is made where it is missing.
	Scratch string
}

var pythonName = regexp.MustCompile(`^(python|pypy)[0-9.]*$`)

// byName are programs that say by their names what they run.
var byName = map[string]Language{"node": Node, "nodejs": Node, "npm": Node, "pnpm": Node, "java": Java}

// taken are programs that would take the debugger's port before what they start.
var taken = map[string]string{
	"yarn": "yarn runs in Node.js itself and would take the port: write what its script starts into run",
	"npx":  "npx runs in Node.js itself and would take the port: write the program of node_modules/.bin into run",
	"mvn":  "Maven runs in a JVM itself and would take the port: start the built program in run", "mvnw": "Maven runs in a JVM itself and would take the port: start the built program in run",
	"gradle": "Gradle runs in a JVM itself and would take the port: start the built program in run", "gradlew": "Gradle runs in a JVM itself and would take the port: start the built program in run",
	"dlv": "run starts a debugger itself; start the program in it, and let banyan debug do the rest",
}

// Recognise tells the language of a service by its command and by the file that it starts. The error is a diag.Diagnostic.
func Recognise(c Command) (Language, error) {
	if len(c.Argv) == 0 {
		return "", unknown("the service has no run")
	}
	name := base(c.Argv[0])
	if why, is := taken[name]; is {
		return "", unknown("%s", why)
	}
	if shells[name] {
		return inShell(c.Argv)
	}
	if l := named(name); l != "" {
		return l, nil
	}
	if name == "go" && len(c.Argv) > 1 && c.Argv[1] == "run" {
		return Go, nil
	}
	path, err := c.Locate(c.Argv[0])
	if err != nil {
		return "", err
	}
	if l := ofFile(path); l != "" {
		return l, nil
	}
	return "", unknown("what %s is written in cannot be told", c.Argv[0])
}

func unknown(format string, args ...any) diag.Diagnostic {
	return diag.At(diag.Position{}, diag.BadArgument, format, args...).WithHint("--lang says it: %s", strings.Join(Languages(), ", "))
}

// base is a program's name without its folder and its ending.
func base(program string) string {
	return strings.TrimSuffix(strings.ToLower(filepath.Base(program)), ".exe")
}

func named(name string) Language {
	if pythonName.MatchString(name) {
		return Python
	}
	return byName[name]
}

var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "zsh": true, "ash": true, "ksh": true}

// inShell looks for the program in a line that a shell reads. What a variable turns on can be debugged there; what needs another
// program cannot, since the line is the shell's.
func inShell(argv []string) (Language, error) {
	for _, word := range strings.Fields(strings.Join(argv[1:], " ")) {
		switch l := named(base(strings.Trim(word, `"'()`))); {
		case l == Node || l == Java:
			return l, nil
		case l != "":
			return "", unknown("run is a line for a shell, in which %s cannot be given a debugger", word).
				WithHint("write the program itself into run, and its variables into env")
		}
	}
	return "", unknown("run is a line for a shell, and what it starts cannot be told")
}

// ofFile is the language of a file: of a script by its first line, of a Go program by the build information in it.
func ofFile(path string) Language {
	if l := named(base(interpreter(path))); l != "" {
		return l
	}
	if _, err := buildinfo.ReadFile(path); err == nil {
		return Go
	}
	return ""
}

// interpreter is the program of a script's first line, with env resolved; empty when there is none.
func interpreter(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	line, _ := bufio.NewReader(io.LimitReader(file, 512)).ReadBytes('\n')
	_ = file.Close() // nothing was written
	rest, is := bytes.CutPrefix(line, []byte("#!"))
	words := strings.Fields(string(rest))
	if !is || len(words) == 0 {
		return ""
	}
	if base(words[0]) != "env" {
		return words[0]
	}
	words = slices.DeleteFunc(words[1:], func(word string) bool { return strings.HasPrefix(word, "-") || strings.Contains(word, "=") })
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
