package layout

import "github.com/banyan-run/banyan/internal/graph"

// Drawing is the graph as nodes and edges, in the order of the names; its keys are stable.
type Drawing struct {
	App    string  `json:"app"`
	Nodes  []Node  `json:"nodes"`
	Routes []Route `json:"routes"`
	Calls  []Call  `json:"calls"`
	Uses   []Use   `json:"uses"`
}

// Node is a service or an external.
type Node struct {
	Name string `json:"name"`
	// Kind is service, resource or external.
	Kind  string `json:"kind"`
	Owner string `json:"owner,omitempty"`
	Where string `json:"where"`
	// Instead is who answers in its place, empty where nobody does.
	Instead string `json:"instead,omitempty"`
}

// Route is what the gateway exposes.
type Route struct {
	Name    string   `json:"name"`
	Host    string   `json:"host,omitempty"`
	Path    string   `json:"path"`
	Methods []string `json:"methods,omitempty"`
	To      []Target `json:"to"`
	Where   string   `json:"where"`
}

// Target is a callee with its share.
type Target struct {
	Service string `json:"service"`
	Weight  int    `json:"weight"`
}

// Call is a declared edge.
type Call struct {
	Caller string   `json:"caller"`
	Callee string   `json:"callee"`
	Allow  []string `json:"allow,omitempty"`
	// Timeout is in seconds.
	Timeout float64 `json:"timeout"`
	Where   string  `json:"where"`
}

// Use says that a service uses a resource.
type Use struct {
	Service  string `json:"service"`
	Resource string `json:"resource"`
	Where    string `json:"where"`
}

// Of is the whole application.
func Of(app *graph.App) Drawing {
	d := Drawing{App: app.Name, Nodes: []Node{}, Routes: []Route{}, Calls: []Call{}, Uses: []Use{}}
	for _, service := range app.Services {
		kind := "service"
		if service.Resource != nil {
			kind = "resource"
		}
		d.Nodes = append(d.Nodes, Node{service.Name, kind, service.Owner, service.At.String(), service.Replaced.String()})
		for _, u := range service.Uses {
			d.Uses = append(d.Uses, Use{service.Name, u.Resource, u.At.String()})
		}
		for _, c := range service.Calls {
			d.Calls = append(d.Calls, Call{service.Name, c.To, allowed(c), c.Timeout.Seconds(), c.At.String()})
		}
	}
	for _, r := range app.Resources {
		if !r.Runs() {
			d.Nodes = append(d.Nodes, Node{r.Name, "resource", "", r.At.String(), ""})
		}
	}
	for _, external := range app.External {
		d.Nodes = append(d.Nodes, Node{external.Name, "external", "", external.At.String(), external.Replaced.String()})
	}
	for _, r := range app.Edge.Routes {
		route := Route{Name: r.Name, Host: r.Host, Path: r.Path, Methods: r.Methods, Where: r.At.String()}
		for _, t := range r.Targets {
			route.To = append(route.To, Target{t.To, t.Weight})
		}
		d.Routes = append(d.Routes, route)
	}
	return d
}

// allowed are the rules of a call; none allows everything.
func allowed(c *graph.Call) []string {
	var rules []string
	for _, a := range c.Allow {
		rules = append(rules, a.Method+" "+a.Path)
	}
	return rules
}
