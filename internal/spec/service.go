package spec

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var serviceNoun = noun{
	name: "service", says: "a service",
	later: []string{
		"allow", "auth", "breaker", "cache", "config", "consumes", "data", "deliver", "events", "fault", "function", "identity", "image",
		"limit", "publishes", "release", "scale", "secrets", "slo",
	},
	foreign: map[string]string{
		"args": "run", "cmd": "run", "command": "run", "entrypoint": "run", "start": "run", "environment": "env", "variables": "env", "env_file": "envFiles", "envFile": "envFiles",
		"cwd": "dir", "folder": "dir", "path": "dir", "working_dir": "dir", "workdir": "dir", "healthcheck": "health", "instances": "replicas",
		"depends_on": "calls", "dependsOn": "calls", "links": "calls", "needs": "calls", "protocol": "write it as expose: {protocol: grpc}",
		"stop_grace_period": "grace", "resources": "uses",
		"tasks":  "tasks stand at the top of the file; those that run before or after its start are named by hooks: {before: [migrate]}",
		"groups": "groups stand at the top of the file: groups: {checkout: [orders]}",
		"port":   "remove it: an instance listens at the $PORT that it is given; routes of the gateway make it reachable",
		"ports":  "remove it: an instance listens at the $PORT that it is given; routes of the gateway make it reachable",
	},
	keys: []key{
		{name: "owner", doc: "Who answers for the service.", shape: &word, example: "orders-team"},
		{name: "dir", doc: "The folder in which build and run are started, relative to this file; this file's folder when it is not given.", shape: &word, example: "\".\""},
		{name: "build", doc: "The command that makes what is run. No shell reads it.", shape: &commandLine, example: "go build -o bin/orders ./cmd/orders"},
		{name: "run", doc: "The command that starts an instance, which listens at $PORT. No shell reads it.", shape: &commandLine, needed: true, example: "bin/orders"},
		{name: "env", doc: "Variables for build and run; ${env.NAME} takes one from the environment of banyan.", shape: &variables, example: "{CURRENCY: EUR}"},
		envFilesKey,
		{name: "health", doc: "How readiness and health are seen: a path that answers 2xx, or the long form; none for a worker that listens on nothing; that the port accepts when it is not given.", shape: &healths, example: "/healthz"},
		{name: "replicas", doc: "How many instances are kept.", shape: &replicas, standard: fmt.Sprint(graph.DefaultReplicas), example: "2"},
		{name: "expose", doc: "What the instances speak.", shape: &shape{says: "a map", noun: &exposeNoun}, example: "{protocol: grpc}"},
		{name: "calls", doc: "The services that it calls, as a list of names or as a map with details. Nothing else can be called.", shape: &calls, example: "[catalog]"},
		{name: "uses", doc: "The resources that it uses: it starts once they are ready, and gets what they export.", shape: &words, example: "[kv]"},
		{name: "hooks", doc: "The tasks that are run before a release of it starts, and after it is ready.", shape: &shape{says: "a map", noun: &hooksNoun}, example: "{before: [migrate]}"},
		{name: "contract", doc: "Its OpenAPI document, relative to this file: --override SERVICE=mock answers from it.", shape: &contractPath, example: "./openapi.yaml"},
		{name: "grace", doc: "How long an instance may take to end after SIGTERM.", shape: &pause, standard: unit.Duration(graph.DefaultGrace), example: "10s"},
		{name: "watch", doc: "Whether a changed source builds and restarts the service, or which files count.", shape: &watches, standard: "false", example: "true"},
	},
}

var (
	services  = shape{says: "a map of services", names: &callable, value: &shape{says: "a map", noun: &serviceNoun}}
	replicas  = shape{says: "a whole number", forms: []form{whole}, parse: between(0, graph.MaxReplicas), kind: "integer"}
	variables = shape{says: "a map of variables", names: &variableName, value: &anyWord}
)

// service reads one service; what is wrong with it is reported and left out.
func (s scope) service(e entry) *graph.Service {
	in := s.of(e, &serviceNoun, "services."+e.key)
	in.within.service = e.key
	service := &graph.Service{Name: e.key, At: e.at.position()}
	service.Owner = in.text("owner")
	service.Dir = in.dir(e.at.file.folder)
	service.Build = in.command("build")
	if in.need("run") {
		service.Run = in.command("run")
	}
	service.Env = in.env()
	in.files(service)
	service.Health = in.health()
	count, at := in.number("replicas")
	service.Replicas = graph.Replicas{Count: count, At: at.position()}
	expose, _ := in.table("expose")
	service.Protocol = expose.protocol()
	service.Calls = in.calls(service.Name)
	if e, _, given := in.find("calls"); given && e.value.form != nothing {
		service.CallsAt, service.CallsListed = e.at.position(), e.value.form != table
	}
	service.Uses = in.uses(service.Name)
	service.Hooks = in.hooks()
	service.Grace = in.duration("grace")
	service.Watch = in.watch()
	service.Contract = in.contract()
	return service
}

// dir is the folder of a service, relative to the file that names it.
func (s scope) dir(standard string) string {
	name, at := valueOf[string](s, "dir")
	if name == "" {
		s.recordDefault(s.sub("dir"), ".")
		return standard
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(at.file.folder, path)
	}
	is, err := os.Stat(path)
	switch {
	case err != nil:
		d := refuse(at, diag.BadValue, "the folder %s of %s cannot be used: %s", name, s.path, because(err))
		s.add(d.WithHint("%s", nearFolder(name, path)))
	case !is.IsDir():
		s.add(refuse(at, diag.BadValue, "%s, the dir of %s, is a file", name, s.path).WithHint("name the folder that holds it"))
	}
	return path
}

// nearFolder proposes a folder beside the one that does not exist.
func nearFolder(name, path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	var folders []string
	for _, e := range entries {
		if err == nil && e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	if near := nearest(filepath.Base(path), folders); near != "" {
		return fmt.Sprintf("did you mean %q?", filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(name)), near)))
	}
	return "dir is relative to the file that names it"
}

// env are the variables in the order of the file.
func (s scope) env() []graph.Variable { return s.variables("env") }

func (s scope) variables(key string) []graph.Variable {
	var all []graph.Variable
	s.within.environment = true
	for _, e := range s.entries(key) {
		if e.form() == nothing {
			continue
		}
		e, ok := s.evaluated(e, &anyWord)
		if !ok {
			continue
		}
		if _, d := anyWord.read(e); d != nil {
			s.add(*d)
			continue
		}
		s.record(s.sub(key)+"."+e.key, e.value.text, e, nil) // as the service will see it: 010 is not 10
		all = append(all, graph.Variable{Name: e.key, Value: e.value.text, At: e.at.position()})
	}
	return all
}
