package dashboard

import "slices"

// rates is the traffic of each edge over a window.
type rates struct {
	Window seconds `json:"window"`
	Edges  []rate  `json:"edges"`
}

// rate is the traffic of one edge, or of several together.
type rate struct {
	Caller    Text    `json:"caller"`
	Callee    Text    `json:"callee"`
	PerSecond float64 `json:"perSecond"`
	Errors    float64 `json:"errors"`
	P50       seconds `json:"p50"`
	P95       seconds `json:"p95"`
	P99       seconds `json:"p99"`
}

// Idle says that nothing passed.
func (r rate) Idle() bool { return r.PerSecond == 0 }

// into is the traffic of all edges to a service.
func (r rates) into(callee Text) rate {
	return r.sum(func(e rate) bool { return e.Callee == callee })
}

// from is the traffic of all edges of a caller.
func (r rates) from(caller Text) rate {
	return r.sum(func(e rate) bool { return e.Caller == caller })
}

// sum puts edges together: rates add up, shares weigh by their rate. Quantiles of several edges cannot be added, so the worst
// stands for all.
func (r rates) sum(of func(rate) bool) rate {
	sum, failing := rate{}, 0.0
	for _, e := range r.Edges {
		if !of(e) {
			continue
		}
		sum.PerSecond += e.PerSecond
		failing += e.Errors * e.PerSecond
		sum.P50, sum.P95, sum.P99 = max(sum.P50, e.P50), max(sum.P95, e.P95), max(sum.P99, e.P99)
	}
	if sum.PerSecond > 0 {
		sum.Errors = failing / sum.PerSecond
	}
	return sum
}

// between is the traffic of one edge, idle when nothing passed.
func (r rates) between(caller, callee Text) rate {
	at := slices.IndexFunc(r.Edges, func(e rate) bool { return e.Caller == caller && e.Callee == callee })
	if at < 0 {
		return rate{Caller: caller, Callee: callee}
	}
	return r.Edges[at]
}

// callers are the edges into a service: those declared, and those that carried something nonetheless.
func (r rates) callers(s service) []rate {
	names := slices.Clone(s.Callers)
	for _, e := range r.Edges {
		if e.Callee == s.Name && !slices.Contains(names, e.Caller) {
			names = append(names, e.Caller)
		}
	}
	if len(s.Routes) > 0 && !slices.Contains(names, "gateway") {
		names = append([]Text{"gateway"}, names...)
	}
	list := make([]rate, len(names))
	for i, name := range names {
		list[i] = r.between(name, s.Name)
	}
	return list
}

// callees are the edges out of a service.
func (r rates) callees(s service) []rate {
	list := make([]rate, len(s.Calls))
	for i, name := range s.Calls {
		list[i] = r.between(s.Name, name)
	}
	return list
}
