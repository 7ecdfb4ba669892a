package spec

import (
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

const overrideHint = "write --override pay=https://pay.example, --override pay=mock or --override pay=local:8081"

// Override reads what `banyan up --override` was given, NAME=URL, NAME=mock or NAME=local:PORT, for an application. All that is wrong
// is reported at once.
func Override(app *graph.App, given []string) (map[string]graph.Replaced, diag.List) {
	replaced, found := map[string]graph.Replaced{}, diag.List{}
	for _, text := range given {
		name, by, _ := strings.Cut(text, "=")
		one, d := override(app, name, by)
		if _, twice := replaced[name]; twice && d == nil {
			d = new(wrongOverride(diag.BadArgument, "%s is overridden twice", name).WithHint("give --override %s=… once", name))
		}
		if d != nil {
			found.Add(*d)
			continue
		}
		replaced[name] = one
	}
	return replaced, found
}

func wrongOverride(code diag.Code, format string, args ...any) diag.Diagnostic {
	return diag.At(diag.Position{}, code, format, args...)
}

func override(app *graph.App, name, by string) (graph.Replaced, *diag.Diagnostic) {
	switch {
	case name == "" || by == "":
		return graph.Replaced{}, new(wrongOverride(diag.BadArgument, "%q is no override", printable(name+pick(by == "", "", "="+by))).WithHint(overrideHint))
	case !known(app, name):
		return graph.Replaced{}, new(nobody(app, name))
	case stored(app, name) != nil:
		return graph.Replaced{}, new(diag.At(stored(app, name).At, diag.BadArgument, "%s is a resource, and nobody answers requests in its place", name).
			WithHint("write where another one runs in banyan.local.yaml: resources: {%s: {url: …}}", name))
	case by == "mock":
		return graph.Replaced{Override: graph.Override{By: graph.ByMock}}, mockable(app, name)
	case strings.HasPrefix(by, "local:"):
		port, d := overridePort(app, name, strings.TrimPrefix(by, "local:"))
		return graph.Replaced{Override: graph.Override{By: graph.ByProcess}, Attached: graph.Attached{Port: port}}, d
	}
	return graph.Replaced{Override: graph.Override{By: graph.ByURL, URL: by}}, reachable(app, name, by)
}

func nobody(app *graph.App, name string) diag.Diagnostic {
	d := wrongOverride(diag.NoSuchService, "there is no service %q to override", printable(name))
	if near := diag.Nearest(name, app.Callees()); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	return d.WithHint("there are %s", strings.Join(app.Callees(), ", "))
}

// reachable refuses what is no URL, and a URL of what does not speak HTTP.
func reachable(app *graph.App, name, by string) *diag.Diagnostic {
	if _, err := parseURL(by); err != nil {
		hint := overrideHint
		if w := (wrong{}); errors.As(err, &w) {
			hint = w.hint + "; " + hint
		}
		return new(wrongOverride(diag.BadArgument, "%s cannot be overridden by %q: %s", name, printable(by), err).WithHint("%s", hint))
	}
	if s, ours := app.Service(name); ours && s.Protocol == graph.TCP {
		return new(diag.At(s.At, diag.BadArgument, "%s speaks tcp, and a URL is of http", name).WithHint("write --override %s=local:PORT", name))
	}
	return nil
}

// stored is the resource of a name, nil where it is none that Banyan runs.
func stored(app *graph.App, name string) *graph.Resource {
	if s, ours := app.Service(name); ours {
		return s.Resource
	}
	return nil
}

func known(app *graph.App, name string) bool {
	_, ours := app.Service(name)
	_, others := app.ExternalService(name)
	return ours || others
}

// mockable refuses a mock of what has no contract of HTTP, and says which line would give it one.
func mockable(app *graph.App, name string) *diag.Diagnostic {
	at, declared, noun := diag.Position{}, graph.Contract{}, "external"
	if s, ours := app.Service(name); ours {
		at, declared, noun = s.At, s.Contract, "services"
		if s.Protocol == graph.TCP || s.Protocol == graph.GRPC {
			return new(diag.At(at, diag.BadArgument, "%s speaks %s, and a mock answers HTTP from an OpenAPI document", name, s.Protocol).
				WithHint("write --override %s=local:PORT", name))
		}
	} else if e, known := app.ExternalService(name); known {
		at, declared = e.At, e.Contract
	}
	if declared.File == "" {
		return new(diag.At(at, diag.MissingKey, "%s cannot be mocked: it has no contract", name).
			WithHint("add to %s.%s: contract: ./openapi.yaml", noun, name))
	}
	return nil
}

func overridePort(app *graph.App, name, text string) (int, *diag.Diagnostic) {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, new(wrongOverride(diag.BadArgument, "%q is no port", printable(text)).WithHint("write --override %s=local:8081, with a port from 1 to 65535", name))
	}
	for listen, at := range map[string]diag.Position{app.Edge.Listen: app.Edge.ListenAt, app.HTTPS(): app.Edge.HTTPSAt} {
		if _, gateway, err := net.SplitHostPort(listen); err == nil && gateway == strconv.Itoa(port) {
			return 0, new(diag.At(at, diag.BadArgument, "port %d is the gateway's own", port).
				WithHint("let %s listen at another port", name))
		}
	}
	return port, nil
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
