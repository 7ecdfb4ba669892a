package mesh

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/allow"
	"github.com/banyan-run/banyan/internal/layer/attached"
	"github.com/banyan-run/banyan/internal/layer/external"
	"github.com/banyan-run/banyan/internal/layer/host"
	"github.com/banyan-run/banyan/internal/layer/mock"
	"github.com/banyan-run/banyan/internal/layer/peer"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// call is one edge with what its layers need. It is immutable.
type call struct {
	caller, callee string
	// at is the line that declares it; nowhere for the gateway, the operator, and what is not declared.
	at      diag.Position
	timeout time.Duration
	retry   balance.RetryPolicy
	// allow is nil when everything is; external for all but external services with a URL.
	allow    *allow.Program
	external *external.Program
	// foreign says that who answers there is none of ours, so nobody is told who calls.
	foreign bool
	// mock and attached are nil where nobody answers in the callee's place.
	mock     *mock.Program
	attached *attached.Program
	// undeclared is set when the call is refused.
	undeclared *problem.Cause
	peers      *peer.Program
	hosts      *host.Program
}

// callee is what can be called.
type callee struct {
	protocol graph.Protocol
	external *external.Program
	foreign  bool
	mock     *mock.Program
	attached *attached.Program
}

// call makes a call with the defaults. Callees must be known.
func (p *Program) call(caller, name string) *call {
	retry := balance.DefaultRetry()
	retry.Attempts = graph.DefaultAttempts
	to := p.callees[name]
	return &call{
		caller: caller, callee: name, retry: retry, external: to.external, foreign: to.foreign, mock: to.mock, attached: to.attached,
		peers: &peer.Program{Caller: caller, Refuse: func(other string) *problem.Cause { return p.stranger(caller, name, other) }},
		hosts: &host.Program{Callee: name, Names: p.names, Refuse: func(other string) *problem.Cause { return p.misnamed(caller, name, other) }},
	}
}

// stranger is what another service is told at the port of caller's call.
func (p *Program) stranger(caller, name, other string) *problem.Cause {
	if d, known := p.services[other]; !known || !slices.Contains(d.calls, name) {
		return p.refusal(other, name)
	}
	return problem.New(diag.WrongHost, "%s came to the address that %s was given for %s; it has one of its own.", other, caller, name).
		At(other, name)
}

// misnamed is what caller is told for a Host that names another service than the port leads to.
func (p *Program) misnamed(caller, name, other string) *problem.Cause {
	d, service := p.services[caller]
	if service && other != caller && !slices.Contains(d.calls, other) {
		return p.refusal(caller, other)
	}
	return layer.WrongPort(caller, name, other)
}

// external compiles how an external service is asked.
func (c *compiler) external(e *graph.External) *callee {
	made := &callee{protocol: graph.Auto, foreign: e.URL != ""}
	if e.URL == "" {
		return made
	}
	u, err := url.Parse(e.URL)
	if err == nil && u.Host == "" {
		err = errNoHost
	}
	if err != nil {
		c.found.Add(diag.At(e.At, diag.BadValue, "the URL of %s cannot be used: %v", e.Name, err).WithHint("write it as https://host/path"))
		return made
	}
	base, err := proxy.NormalizePath("/" + strings.Trim(u.EscapedPath(), "/"))
	if err != nil {
		c.found.Add(diag.At(e.At, diag.BadValue, "the URL of %s cannot be used: %v", e.Name, err).WithHint("write its path in plain segments"))
	}
	made.external = &external.Program{Authority: u.Host, Base: strings.TrimSuffix(base, "/")}
	return made
}

// allow compiles the list of a call.
func (c *compiler) allow(caller string, declared *graph.Call, to *callee) *allow.Program {
	if len(declared.Allow) == 0 {
		return nil
	}
	p := &allow.Program{Caller: caller, Callee: declared.To}
	for _, a := range declared.Allow {
		pattern, err := layer.ParsePattern(a.Path)
		switch {
		case to.protocol == graph.TCP:
			c.found.Add(diag.At(a.At, diag.BadValue, "%s speaks tcp, which has no methods and paths", declared.To).WithHint("remove allow"))
		case err != nil:
			c.found.Add(diag.At(a.At, diag.BadValue, "path %s: %v", a.Path, err).WithHint("write it as GET /charges/*"))
		}
		p.Rules = append(p.Rules, allow.Rule{Method: strings.ToUpper(a.Method), Pattern: pattern, At: a.At})
	}
	return p
}

// retry compiles the policy. Without a list it is the data plane's own; with one, what it lists is tried again whatever the method, for
// who wrote it knows the callee.
func (c *compiler) retry(declared *graph.Call) balance.RetryPolicy {
	policy := balance.DefaultRetry()
	policy.Attempts = graph.DefaultAttempts
	if declared.Retry.Attempts > 0 {
		policy.Attempts = declared.Retry.Attempts
	}
	if len(declared.Retry.On) == 0 {
		return policy
	}
	policy.Connect, policy.Statuses, policy.Declared = false, nil, true
	for _, on := range declared.Retry.On {
		status, err := strconv.Atoi(on)
		switch {
		case on == "connect":
			policy.Connect = true
		case err != nil || status < 400 || status > 599:
			c.found.Add(diag.At(declared.Retry.At, diag.BadValue, "%s cannot be tried again on %s", declared.To, on).
				WithHint("list connect and statuses from 400 to 599"))
		default:
			policy.Statuses = append(policy.Statuses, status)
		}
	}
	return policy
}
