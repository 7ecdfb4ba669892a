package importer

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/spec"
)

// read imports one Compose file, with what lies beside it, and loads what is written.
func read(t *testing.T, beside fstest.MapFS, compose ...string) (*graph.App, Result) {
	t.Helper()
	files := fstest.MapFS{"compose.yaml": {Data: []byte(strings.Join(compose, "\n"))}}
	for name, f := range beside {
		files[name] = f
	}
	result, found := Import(Options{Folder: files, App: "app"})
	if found.Failed() {
		t.Fatalf("importing: %s", found)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, files); err != nil {
		t.Fatal(err)
	}
	path := folder + "/banyan.yaml"
	if err := os.WriteFile(path, result.Text, 0o600); err != nil {
		t.Fatal(err)
	}
	var environ []string
	for _, n := range result.Report.Needs {
		environ = append(environ, n.Name+"=given")
	}
	loaded, found := spec.Load(spec.Options{File: path, Environ: environ})
	if found.Failed() {
		t.Fatalf("loading: %s\n%s", found, result.Text)
	}
	return loaded.App, result
}

func TestAddresses(t *testing.T) {
	rows := []struct {
		sentence, variable, value string
		// run is what the shell sets, env what env has; both are empty where the variable is left out.
		run, env string
	}{
		{"a URL that the call gives under this name is left out", "API_URL", "http://api:4000", "", ""},
		{"one with a path keeps it", "API_URL", "http://api:4000/v1", "API_URL=$API_URL/v1", ""},
		{"under another name it is set from the call's", "BACKEND", "http://api:4000", "BACKEND=$API_URL", ""},
		{"host and port are the call's address", "BACKEND", "api:4000", "BACKEND=$API_ADDR", ""},
		{"another scheme keeps it", "SOCKET", "ws://api:4000/live", "SOCKET=ws://$API_ADDR/live", ""},
		{"a bare name is a host where the variable is called so", "API_HOST", "api", "API_HOST=$API_SERVICE_HOST", ""},
		{"a bare name elsewhere is a word", "DRIVER", "api", "", "api"},
		{"a name within a longer one is none", "BACKEND_URL", "http://api-v2:4000", "", "http://api-v2:4000"},
		{"a host below a domain is another", "BACKEND_URL", "http://api.example:4000", "", "http://api.example:4000"},
		{"what is opaque is at its published port", "STORE", "redis://cache:6379/0", "", "redis://127.0.0.1:6390/0"},
		{"without a port too", "STORE", "redis://cache/0", "", "redis://127.0.0.1:6390/0"},
		{"two in one value are both replaced", "NODES", "cache:6379,cache:6379", "", "127.0.0.1:6390,127.0.0.1:6390"},
		{"what a call would give and env overrides is set by the shell", "API_ADDR", "elsewhere:1", "API_ADDR=elsewhere:1", ""},
		{"a name that a letter follows is put in braces", "X", "http://api:4000?x", "X=\"$API_URL?x\"", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			app, result := read(t, nil, "services:", "  web:", "    build: .", "    command: serve", "    depends_on: [api]",
				"    environment: {"+row.variable+": \""+row.value+"\"}",
				"  api: {build: ., command: api, expose: [4000]}", "  cache: {image: redis, ports: [\"6390:6379\"]}")
			web, _ := app.Service("web")
			env := ""
			for _, v := range web.Env {
				env += v.Value
			}
			run := strings.Join(web.Run.Argv, " ")
			want := "serve"
			if row.run != "" {
				want = "sh -c " + row.run + " exec serve"
			}
			if run != want || env != row.env {
				t.Fatalf("run is %q and env %q, want %q and %q\n%s", run, env, want, row.env, result.Text)
			}
		})
	}
}

func TestInterpolation(t *testing.T) {
	rows := []struct{ sentence, value, want string }{
		{"a variable of .env", "$TAG", "7"},
		{"in braces", "v${TAG}x", "v7x"},
		{"a default that is not needed", "${TAG:-1}", "7"},
		{"a default that is", "${NONE:-1}", "1"},
		{"an empty value counts as none with a colon", "${EMPTY:-1}", "1"},
		{"and as one without", "${EMPTY-1}", ""},
		{"a default within a default", "${NONE:-${OTHER:-${TAG}}}", "7"},
		{"another value where it is set", "${TAG:+yes}", "yes"},
		{"and none where it is not", "${NONE:+yes}", ""},
		{"what must be set, and is", "${TAG:?no tag}", "7"},
		{"two dollars are one", "$$TAG", "$TAG"},
		{"what nothing gives is banyan's variable", "${NONE}", "given"},
		{"a dollar before a brace stays one", "$${TAG}", "${TAG}"},
		{"quotes, colons and hashes stay", `a: "b" # c`, `a: "b" # c`},
		{"a value of .env may name one above it", "${NEXT}", "8-7"},
	}
	dotenv := fstest.MapFS{".env": {Data: []byte("TAG=7\nEMPTY=\nNEXT=8-$TAG\n")}}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			quoted, err := yaml.Marshal(map[string]string{"X": row.value})
			if err != nil {
				t.Fatal(err)
			}
			app, result := read(t, dotenv, "services:", "  web:", "    build: .", "    command: serve", "    environment:", "      "+string(quoted))
			if got := app.Services[0].Env[0].Value; got != row.want {
				t.Fatalf("%s is %q, want %q\n%s", row.value, got, row.want, result.Text)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	rows := []struct {
		sentence, dockerfile, compose string
		want                          []string
	}{
		{"the exec form", "FROM x\nCMD [\"node\", \"a b.js\"]", "", []string{"node", "a b.js"}},
		{"the shell form without a need for one", "FROM x\nCMD node server.js", "", []string{"node", "server.js"}},
		{"the shell form with a need", "FROM x\nCMD echo $A && node server.js", "", []string{"sh", "-c", "echo $A && node server.js"}},
		{"CMD is the arguments of ENTRYPOINT", "FROM x\nENTRYPOINT [\"node\"]\nCMD [\"server.js\"]", "", []string{"node", "server.js"}},
		{"a command replaces CMD", "FROM x\nENTRYPOINT [\"node\"]\nCMD [\"server.js\"]", "command: [other.js]", []string{"node", "other.js"}},
		{"an entrypoint replaces both", "FROM x\nENTRYPOINT [\"node\"]\nCMD [\"server.js\"]", "entrypoint: python a.py", []string{"python", "a.py"}},
		{"the last stage counts", "FROM x AS one\nCMD [\"one\"]\nFROM y\nCMD [\"two\"]", "", []string{"two"}},
		{"a stage has what it begins with", "FROM x AS one\nCMD [\"one\"]\nFROM one", "", []string{"one"}},
		{"paths of the container become those of the folder", "FROM x\nWORKDIR /app\nCMD [\"/app/bin/serve\"]", "", []string{"./bin/serve"}},
		{"an init of containers is left out", "FROM x\nENTRYPOINT [\"/sbin/tini\", \"--\", \"serve\"]", "", []string{"serve"}},
		{"lines may be continued, and comments stand between", "FROM x\nCMD node \\\n# why\n  server.js", "", []string{"node", "server.js"}},
		{"the port of the container becomes $PORT", "FROM x\nEXPOSE 80\nCMD [\"serve\", \"-b\", \"0.0.0.0:80\"]", "", []string{"sh", "-c", "exec serve -b 127.0.0.1:$PORT"}},
		{"what was built has this machine's name", "FROM golang\nRUN go build -o /x ./cmd/x\nCMD [\"/x\", \"-v\"]", "", []string{"bin/web", "-v"}},
		{"a secret among the words comes from the environment", "FROM x\nCMD [\"serve\", \"--api-key=abcdefgh\"]", "", []string{"sh", "-c", "exec serve --api-key=$WEB_SECRET"}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			app, result := read(t, fstest.MapFS{"Dockerfile": {Data: []byte(row.dockerfile)}}, "services:", "  web:", "    build: .", "    "+row.compose)
			if got := app.Services[0].Run.Argv; strings.Join(got, "|") != strings.Join(row.want, "|") {
				t.Fatalf("run is %q, want %q\n%s", got, row.want, result.Text)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	rows := []struct {
		sentence, check string
		kind            graph.HealthKind
		path            string
	}{
		{"curl", `{test: [CMD, curl, -f, "http://localhost:3000/healthz"]}`, graph.ByHTTP, "/healthz"},
		{"wget within a shell", `{test: "wget -qO- http://127.0.0.1/live || exit 1"}`, graph.ByHTTP, "/live"},
		{"no path is the root", `{test: [CMD-SHELL, "curl -f http://localhost"]}`, graph.ByHTTP, "/"},
		{"another machine is none of ours", `{test: [CMD, curl, "http://example.org/"]}`, graph.ByPort, ""},
		{"a program asks the port", `{test: [CMD, pg_isready]}`, graph.ByPort, ""},
		{"gRPC", `{test: [CMD, /bin/grpc_health_probe, "-addr=:1"]}`, graph.ByGRPC, ""},
		{"none", `{test: NONE}`, graph.ByPort, ""},
		{"a path that Banyan could not ask", `{test: "curl http://localhost/a//b"}`, graph.ByPort, ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			app, result := read(t, nil, "services:", "  web: {build: ., command: serve, healthcheck: "+row.check+"}")
			if h := app.Services[0].Health; h.Kind != row.kind || h.Path != row.path {
				t.Fatalf("health is %v %q, want %v %q\n%s", h.Kind, h.Path, row.kind, row.path, result.Text)
			}
		})
	}
}

func TestWorkers(t *testing.T) {
	rows := []struct {
		sentence string
		compose  []string
		kind     graph.HealthKind
	}{
		{"nothing says that it listens", []string{"  web: {build: ., command: work}"}, graph.Unprobed},
		{"a published port says so", []string{"  web: {build: ., command: work, ports: [\"8000:80\"]}"}, graph.ByPort},
		{"a health check says so", []string{"  web: {build: ., command: work, healthcheck: {test: [CMD, true]}}"}, graph.ByPort},
		{"PORT says so", []string{"  web: {build: ., command: \"work --port $$PORT\"}"}, graph.ByPort},
		{"who calls it says so", []string{"  a: {build: ., command: serve, depends_on: [web]}", "  web: {build: ., command: work}"}, graph.ByPort},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			app, result := read(t, nil, append([]string{"services:"}, row.compose...)...)
			if s, _ := app.Service("web"); s.Health.Kind != row.kind {
				t.Fatalf("health is %v, want %v\n%s", s.Health.Kind, row.kind, result.Text)
			}
		})
	}
}

// What quote writes is one line that YAML reads as the same text, whatever the text.
func FuzzQuote(f *testing.F) {
	for _, text := range []string{"", "a b", "true", "0x1F", "1e3", "1:30", "2024-01-02", "a: b", "a #b", "-", "- a", "*a", "&a", "~", ".", "=", "<<", "5s", "127.0.0.1:1", "é\u2028\x85\t\n\"\\"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		if strings.ContainsAny(text, "\ufeff\ufffe\uffff") {
			t.Skip("the parser takes these for marks of its own")
		}
		written := quote(text)
		var back []any
		if err := yaml.Unmarshal([]byte("["+written+"]"), &back); err != nil {
			t.Fatalf("%q is written as %s: %v", text, written, err)
		}
		if len(back) != 1 || back[0] != text || strings.Contains(written, "\n") {
			t.Fatalf("%q is written as %s and read as %#v", text, written, back)
		}
	})
}

func TestSecretsGetNamesOfTheirOwn(t *testing.T) {
	_, result := read(t, nil, "services:", "  a: {build: ., command: a, environment: {TOKEN: first-one}}", "  b: {build: ., command: b, environment: {TOKEN: second-one}}",
		"  c: {build: ., command: c, environment: {TOKEN: first-one}}")
	names := map[string]bool{}
	for _, n := range result.Report.Needs {
		names[n.Name] = true
	}
	if len(names) != 2 || !names["TOKEN"] || !names["B_TOKEN"] {
		t.Fatalf("the needs are %v: two secrets under one name would become one", result.Report.Needs)
	}
}

func TestNotesStandInOrder(t *testing.T) {
	for _, folder := range apps(t) {
		last := diag.Position{}
		for _, n := range imported(t, folder).Report.Notes {
			if places(n.At, last) < 0 {
				t.Errorf("%s: %s stands behind %s", folder, n.At, last)
			}
			last = n.At
		}
	}
}
