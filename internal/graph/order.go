package graph

import "slices"

// Order returns the services callees and resources first, so that what is called tends to be there when its caller starts. A cycle
// has no order of its own: its members stand together, by name. Reversed it is the order to stop in.
func (a *App) Order() []*Service {
	o := ordering{app: a, index: map[string]int{}, low: map[string]int{}, open: map[string]bool{}}
	for _, s := range a.Services {
		o.visit(s)
	}
	return o.done
}

// ordering is Tarjan's algorithm (SIAM J. Comput. 1, 1972): components come out callees first.
type ordering struct {
	app   *App
	index map[string]int
	low   map[string]int
	open  map[string]bool
	stack []*Service
	done  []*Service
}

func (o *ordering) visit(s *Service) {
	if _, seen := o.index[s.Name]; seen {
		return
	}
	o.index[s.Name], o.low[s.Name] = len(o.index), len(o.index)
	o.stack, o.open[s.Name] = append(o.stack, s), true
	for _, c := range s.Calls {
		o.edge(s, c.To)
	}
	for _, u := range s.Uses {
		o.edge(s, u.Resource)
	}
	if o.low[s.Name] == o.index[s.Name] {
		o.close(s)
	}
}

func (o *ordering) edge(s *Service, to string) {
	callee, ours := o.app.Service(to)
	if !ours {
		return
	}
	o.visit(callee)
	if o.open[callee.Name] {
		o.low[s.Name] = min(o.low[s.Name], o.low[callee.Name])
	}
}

func (o *ordering) close(root *Service) {
	at := slices.Index(o.stack, root)
	component := slices.Clone(o.stack[at:])
	o.stack = o.stack[:at]
	slices.SortFunc(component, func(a, b *Service) int { return compareNames(a.Name, b.Name) })
	for _, s := range component {
		o.open[s.Name] = false
	}
	o.done = append(o.done, component...)
}

func compareNames(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
