package spec

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var resourceNoun = noun{
	name: "resource", says: "a resource", later: []string{"image", "secrets"},
	foreign: map[string]string{
		"args": "run", "cmd": "run", "command": "run", "start": "run", "environment": "env", "cwd": "dir", "folder": "dir", "healthcheck": "health",
		"ports": "port", "variables": "exports", "outputs": "exports", "address": "url", "host": "url",
		"calls": "a resource calls nothing: it is there before the services that use it", "uses": "a resource uses nothing: it is there before the services that use it",
		"replicas": "a resource has one instance, which owns its data", "volumes": "it keeps its data in the folder ${data}", "data": "its folder is ${data}, in run and env",
	},
	keys: []key{
		{name: "owner", doc: "Who answers for the resource.", shape: &word, example: "storage-team"},
		{name: "dir", doc: "The folder in which build and run are started, relative to this file; this file's folder when it is not given.", shape: &word, example: "\".\""},
		{name: "build", doc: "The command that makes what is run. No shell reads it.", shape: &commandLine, example: "go build -o bin/kv ./cmd/kv"},
		{name: "run", doc: "The command that starts it. It listens at $PORT of loopback, which is ${port} here, and keeps its data in ${data}.", shape: &commandLine, example: "minio server ${data} --address ${host}:${port}"},
		{name: "url", doc: "Where it is, if somebody else runs it: then it is there, and only its exports count.", shape: &resourceURL, example: "\"postgres://db.example/shop\""},
		{name: "env", doc: "Variables for build and run; ${env.NAME} takes one from the environment of banyan.", shape: &variables, example: "{MINIO_ROOT_USER: dev}"},
		{name: "health", doc: "How readiness is seen: a path that answers 2xx, or the long form; that the port accepts when it is not given.", shape: &healths, example: "/minio/health/ready"},
		{name: "port", doc: "The port at which it listens on loopback; one that Banyan chooses and keeps when it is not given.", shape: &portNumber, example: "9000"},
		{name: "exports", doc: "The variables of the services that use it. Expressions may use host, port, url, name and data.", shape: &variables, example: "{S3_URL: \"http://${host}:${port}\"}"},
		{name: "grace", doc: "How long it may take to end after SIGTERM.", shape: &pause, standard: unit.Duration(graph.DefaultGrace), example: "10s"},
	},
}

var (
	resources   = shape{says: "a map of resources", names: &callable, value: &shape{says: "a map", noun: &resourceNoun}}
	portNumber  = shape{says: "a port", forms: []form{whole}, parse: between(1, 65535), kind: "integer"}
	resourceURL = shape{says: "a URL", forms: []form{text}, parse: parseResourceURL, kind: "string", pattern: "^[a-z][a-z0-9+.-]*://|^\\$\\{"}
)

// parseResourceURL takes any scheme, and a user with a password: databases are given so.
func parseResourceURL(text string) (any, error) {
	const hint = "write scheme and host: postgres://localhost:5432/shop"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || u.Hostname() == "": // the text may hold a password: it is not repeated
		return nil, wrongly("it is no URL with a scheme and a host", hint)
	case !isHost(u.Hostname()):
		return nil, wrongly("its host is neither a name nor an IP address", hostHint)
	}
	return text, nil
}

// spot is what expressions may use that stand in a resource.
type spot struct {
	name, host, port, data, url string
}

// outside is the place of a URL.
func (p spot) outside(text string) spot {
	u, err := url.Parse(text)
	if err != nil {
		return p // reported
	}
	usual := map[string]string{
		"http": "80", "https": "443", "postgres": "5432", "postgresql": "5432", "mysql": "3306", "redis": "6379", "rediss": "6379",
		"amqp": "5672", "amqps": "5671", "nats": "4222", "mongodb": "27017", "kafka": "9092",
	}
	p.url, p.host, p.port = text, u.Hostname(), cmp.Or(u.Port(), usual[u.Scheme])
	return p
}

// resource reads one resource, and what is kept of it as a service where Banyan runs it.
func (s scope) resource(e entry) (*graph.Resource, *graph.Service) {
	in := s.of(e, &resourceNoun, "resources."+e.key)
	r := &graph.Resource{Name: e.key, At: e.at.position(), Data: graph.DataFolder(s.state, e.key)}
	if r.Port, _ = in.number("port"); s.apart {
		r.Port = 0
	}
	port := graph.PortMark
	if r.Port > 0 {
		port = strconv.Itoa(r.Port)
	}
	in.within.place = &spot{name: e.key, host: "127.0.0.1", port: port, data: r.Data}
	if given, runs := in.n.find("url"); runs && given.value.form != nothing {
		return in.elsewhere(r, given), nil
	}
	service := &graph.Service{Name: r.Name, At: r.At, Protocol: graph.TCP, Replicas: graph.Replicas{Count: 1, At: r.At}, Resource: r}
	if e, given := in.n.find("run"); !given || e.value.form == nothing {
		in.add(refuse(in.at, diag.MissingKey, "%s has neither run nor url", in.path).WithHint("add run: %s, or url", in.kind.keys[3].example))
	}
	service.Owner = in.text("owner")
	service.Dir = in.dir(e.at.file.folder)
	service.Build = in.command("build")
	service.Run = in.command("run")
	service.Env = in.env()
	service.Files = s.layers(s.shared, nil)
	for _, f := range s.sharedFiles {
		service.EnvFiles = append(service.EnvFiles, f.path)
	}
	service.Health = in.health()
	service.Grace = in.duration("grace")
	service.Watch = graph.Watch{At: r.At}
	r.Exports = in.exports(r, service.Listens())
	return r, service
}

// elsewhere is a resource that somebody else runs.
func (s scope) elsewhere(r *graph.Resource, given entry) *graph.Resource {
	for _, key := range []string{"run", "build", "env", "health", "port", "dir", "grace"} {
		if e, twice := s.n.find(key); twice {
			s.add(refuse(e.at, diag.BadValue, "%s has url and %s", s.path, key).
				WithHint("remove %s: what has a url is run by somebody else (url at %s)", key, given.at.position()))
		}
	}
	within := s.within
	s.within.environment, s.within.place = true, nil
	r.URL, _ = valueOf[string](s, "url")
	there := within.place.outside(r.URL)
	s.within.environment, s.within.place = within.environment, &there
	r.Exports = s.exports(r, true)
	if r.URL == "" {
		r.URL = "unknown" // reported: it is nothing that Banyan runs
	}
	return r
}

// exports are the declared variables, or those that every resource has.
func (s scope) exports(r *graph.Resource, listens bool) []graph.Variable {
	if e, given := s.n.find("exports"); given && e.value.form != nothing {
		return s.variables("exports")
	}
	name, p := graph.EnvName(r.Name), s.within.place
	var all []graph.Variable
	add := func(suffix, value string) {
		all = append(all, graph.Variable{Name: name + suffix, Value: value, At: r.At})
		s.recordDefault(s.sub("exports")+"."+name+suffix, value)
	}
	if p.url != "" {
		add("_URL", p.url)
	}
	if listens && p.port != "" {
		add("_ADDR", net.JoinHostPort(p.host, p.port))
		add("_HOST", p.host)
		add("_PORT", p.port)
	}
	return all
}

// uses are the resources that a service declares.
func (s scope) uses(user string) []graph.Use {
	var all []graph.Use
	for _, one := range s.list("uses") {
		switch _, there := s.stored[one.text]; {
		case !there:
			s.noResource(user, one)
		case isUsed(all, one.text):
			s.add(refuse(one.at, diag.DuplicateName, "the use of %q is declared twice", one.text).WithHint("remove one"))
		default:
			all = append(all, graph.Use{Resource: one.text, At: one.at.position()})
		}
	}
	return all
}

func isUsed(all []graph.Use, name string) bool {
	_, used := (&graph.Service{Uses: all}).Use(name)
	return used
}

func (s scope) noResource(user string, one item) {
	d := refuse(one.at, diag.UnknownService, "service %q uses %q, which is no resource", user, one.text)
	_, callable := s.declared[one.text]
	names := sortedKeys(s.stored)
	near := nearest(one.text, names)
	switch {
	case callable:
		d = d.WithHint("it is a service: write calls: [%s]", one.text)
	case near != "":
		d = d.WithHint("did you mean %q? (declared at %s)", near, s.stored[near].position())
	case len(names) > 0:
		d = d.WithHint("declare it under resources; there are %s", few(names))
	default:
		d = d.WithHint("declare it under resources")
	}
	s.add(d)
}

// exported refuses exports that the platform sets, and notes what the resources that a service uses make.
func (r *reader) exported(app *graph.App) {
	platform := graph.PlatformVariables()
	for _, resource := range app.Resources {
		for _, v := range resource.Exports {
			for _, name := range platform {
				if v.Name == name || strings.HasPrefix(v.Name, "BANYAN_") {
					r.found.Add(refuseAt(v.At, len(v.Name), diag.VariableClash, "resources.%s exports %s, and so does the platform", resource.Name, v.Name).
						WithHint("rename it"))
					break
				}
			}
		}
	}
}

// useVariables notes what a resource makes, and reports a clash once.
func (r *reader) useVariables(app *graph.App, use graph.Use, makers map[string]string) {
	resource, there := app.Resource(use.Resource)
	if !there {
		return // reported
	}
	clash := false
	for _, v := range resource.Exports {
		by, taken := makers[v.Name]
		if taken && by != "the platform" && !clash {
			clash = true
			r.found.Add(refuseAt(use.At, len(use.Resource), diag.VariableClash, "the resource %s exports %s (%s), and so does %s", use.Resource, v.Name, v.At, by).
				WithHint("rename one of them under exports"))
		}
		if !taken {
			makers[v.Name] = fmt.Sprintf("the resource %s (%s)", use.Resource, v.At)
		}
	}
}
