package debugger

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

// commandOf is a service whose programs are those of a folder.
func commandOf(dir string, environ map[string]string, argv ...string) Command {
	return Command{
		Argv: argv, Dir: dir, Scratch: filepath.Join(dir, "scratch"), Environ: func(name string) string { return environ[name] },
		Locate: func(name string) (string, error) {
			if !filepath.IsAbs(name) {
				name = filepath.Join(dir, name)
			}
			if _, err := os.Stat(name); err != nil {
				return "", missing("%s is not installed", name)
			}
			return name, nil
		},
	}
}

func program(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
}

func TestRecognise(t *testing.T) {
	dir := t.TempDir()
	program(t, filepath.Join(dir, "uvicorn"), "#!/opt/venv/bin/python3.11\n")
	program(t, filepath.Join(dir, "tsx"), "#!/usr/bin/env -S node --no-warnings\n")
	program(t, filepath.Join(dir, "plain"), "nothing\n")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		about string
		argv  []string
		want  Language
		says  string
	}{
		{"node by its name", []string{"node", "server.js"}, Node, ""},
		{"npm runs node", []string{"npm", "start"}, Node, ""},
		{"python with a version and a path", []string{"/usr/bin/python3.12", "-u", "a.py"}, Python, ""},
		{"java", []string{"java", "-jar", "a.jar"}, Java, ""},
		{"go run", []string{"go", "run", "./web"}, Go, ""},
		{"a built Go program, by what is in it", []string{self}, Go, ""},
		{"a script by the interpreter of its first line", []string{"uvicorn", "app:app"}, Python, ""},
		{"an interpreter that env finds, behind its flags", []string{"tsx", "a.ts"}, Node, ""},
		{"node in a line for a shell", []string{"sh", "-c", "PORT=$PORT exec node server.js"}, Node, ""},
		{"python in a line for a shell cannot be given a debugger", []string{"sh", "-c", "exec python3 a.py"}, "", "line for a shell"},
		{"a line for a shell that tells nothing", []string{"bash", "-c", "./run"}, "", "cannot be told"},
		{"yarn takes the port itself", []string{"yarn", "start"}, "", "write what its script starts"},
		{"a debugger in run", []string{"dlv", "exec", "web"}, "", "starts a debugger itself"},
		{"what nothing is known of", []string{"plain"}, "", "--lang says it"},
		{"what is not there", []string{"nowhere"}, "", "not installed"},
		{"nothing", nil, "", "has no run"},
	} {
		t.Run(c.about, func(t *testing.T) {
			got, err := Recognise(commandOf(dir, nil, c.argv...))
			var d diag.Diagnostic
			if got != c.want || (err != nil) != (c.says != "") || err != nil && (!errors.As(err, &d) || !strings.Contains(d.Message+d.Hint, c.says)) {
				t.Errorf("it is %q, %v", got, err)
			}
		})
	}
}

func TestPrepare(t *testing.T) {
	dir := t.TempDir()
	program(t, filepath.Join(dir, "dlv"), "#!/bin/sh\n")
	program(t, filepath.Join(dir, "web"), "")
	program(t, filepath.Join(dir, "python3"), "#!/bin/sh\nexit 0\n")
	program(t, filepath.Join(dir, "uvicorn"), "#!"+filepath.Join(dir, "python3")+"\n")
	environ := map[string]string{"NODE_OPTIONS": "--no-warnings", "JAVA_TOOL_OPTIONS": "-Xmx1g"}
	for _, c := range []struct {
		about   string
		session Session
		argv    string
		want    string
		set     map[string]string
	}{
		{"node gets a flag before its script", Session{Node, 21000, false}, "node server.js 7", "node --inspect=127.0.0.1:21000 server.js 7", nil},
		{"it waits where that is asked for", Session{Node, 21000, true}, "node server.js", "node --inspect-brk=127.0.0.1:21000 server.js", nil},
		{"npm passes it on, and must not take the port itself", Session{Node, 21000, false}, "npm start", "npm start",
			map[string]string{"npm_config_node_options": "--no-warnings --inspect=127.0.0.1:21000", "NODE_OPTIONS": ""}},
		{"another program of node gets it by a variable", Session{Node, 21000, false}, "tsx a.ts", "tsx a.ts",
			map[string]string{"NODE_OPTIONS": "--no-warnings --inspect=127.0.0.1:21000"}},
		{"java gets an agent", Session{Java, 21000, false}, "java -jar a.jar", "java -jar a.jar",
			map[string]string{"JAVA_TOOL_OPTIONS": "-Xmx1g -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:21000"}},
		{"java waits where that is asked for", Session{Java, 21000, true}, "java -jar a.jar", "java -jar a.jar",
			map[string]string{"JAVA_TOOL_OPTIONS": "-Xmx1g -agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:21000"}},
		{"python's own flags stay before debugpy", Session{Python, 21000, false}, "python3 -u -X dev a.py 7",
			"python3 -u -X dev -m debugpy --listen 127.0.0.1:21000 a.py 7", nil},
		{"a module stays one", Session{Python, 21000, true}, "python3 -m uvicorn app:app",
			"python3 -m debugpy --listen 127.0.0.1:21000 --wait-for-client -m uvicorn app:app", nil},
		{"a script is run by its interpreter", Session{Python, 21000, false}, "uvicorn app:app",
			"DIR/python3 -m debugpy --listen 127.0.0.1:21000 DIR/uvicorn app:app", nil},
		{"a built Go program runs as it is", Session{Go, 21000, false}, "web -v",
			"DIR/dlv exec DIR/web --headless --listen=127.0.0.1:21000 --api-version=2 --accept-multiclient --continue -- -v", nil},
		{"one that waits does not go on", Session{Go, 21000, true}, "web",
			"DIR/dlv exec DIR/web --headless --listen=127.0.0.1:21000 --api-version=2 --accept-multiclient --", nil},
		{"go run is built by delve, with its flags", Session{Go, 21000, false}, "go run -race -tags dev ./web -v",
			"DIR/dlv debug ./web --headless --listen=127.0.0.1:21000 --api-version=2 --accept-multiclient --continue " +
				"--output=DIR/scratch/program --build-flags=-race -tags dev -- -v", nil},
		{"go run of files", Session{Go, 21000, true}, "go run a.go b.go 7",
			"DIR/dlv debug a.go b.go --headless --listen=127.0.0.1:21000 --api-version=2 --accept-multiclient --output=DIR/scratch/program -- 7", nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			got, err := Prepare(c.session, commandOf(dir, environ, strings.Fields(c.argv)...))
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.ReplaceAll(strings.Join(got.Argv, " "), dir, "DIR"); text != c.want {
				t.Errorf("it is started as\n%s, not\n%s", text, c.want)
			}
			if !reflect.DeepEqual(got.Set, c.set) {
				t.Errorf("it gets %v, not %v", got.Set, c.set)
			}
		})
	}
}

func TestAMissingToolSaysHowItIsInstalled(t *testing.T) {
	dir := t.TempDir()
	program(t, filepath.Join(dir, "python3"), "#!/bin/sh\nexit 1\n")
	for _, c := range []struct {
		session Session
		argv    []string
		hint    string
	}{
		{Session{Language: Go, Port: 1}, []string{"go", "run", "."}, "go install github.com/go-delve/delve/cmd/dlv@latest"},
		{Session{Language: Python, Port: 1}, []string{"python3", "a.py"}, "python3 -m pip install debugpy"},
	} {
		_, err := Prepare(c.session, commandOf(dir, nil, c.argv...))
		var d diag.Diagnostic
		if !errors.As(err, &d) || d.Code != diag.ProgramMissing || d.Hint != c.hint {
			t.Errorf("%s: %v", c.session.Language, err)
		}
	}
}

func TestDelveIsFoundWhereGoInstallPutsIt(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	program(t, filepath.Join(home, "go", "bin", "dlv"), "")
	program(t, filepath.Join(dir, "web"), "")
	got, err := Prepare(Session{Language: Go, Port: 1}, commandOf(dir, map[string]string{"HOME": home}, "web"))
	if err != nil || got.Argv[0] != filepath.Join(home, "go", "bin", "dlv") {
		t.Errorf("%v, %v", got.Argv, err)
	}
}

func TestPortsStayAndDiffer(t *testing.T) {
	var services []string
	for n := range 500 {
		services = append(services, "service-"+strconv.Itoa(n))
	}
	taken := map[int]string{}
	for _, s := range services {
		port := Port("shop", services, s)
		if port < firstPort || port >= firstPort+ports || taken[port] != "" {
			t.Errorf("%s has port %d, as %q has", s, port, taken[port])
		}
		if again := Port("shop", services, s); again != port {
			t.Errorf("%s has port %d once and %d then", s, port, again)
		}
		taken[port] = s
	}
	if Port("shop", services, "nobody") != 0 {
		t.Error("a service that is not there has a port")
	}
}

func TestASessionOutlivesItsText(t *testing.T) {
	s := Session{Python, 21007, true}
	if got := Parse(s.Text()); got == nil || *got != s {
		t.Errorf("%s was read as %v", s.Text(), got)
	}
	for _, text := range []string{"", "{", `{"language":"cobol","port":1}`, `{"language":"go","port":0}`, `{"language":"go","port":70000}`} {
		if Parse(text) != nil {
			t.Errorf("%q was read", text)
		}
	}
}
