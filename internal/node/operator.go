package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer/deadline"
	"github.com/banyan-run/banyan/internal/layer/record"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/trace"
)

// operator sends requests as the operator, and explains what would become of others.
type operator struct{ plane *plane }

const (
	// maxAnswer bounds the body that a call returns, callWithin the call.
	maxAnswer  = 8 << 20
	callWithin = time.Minute
)

// ExplainCall implements api.Traffic.
func (o operator) ExplainCall(caller, callee, method, path string) (api.Verdict, error) {
	return o.plane.now.Load().explainCall(caller, callee, method, path)
}

// ExplainRequest implements api.Traffic.
func (o operator) ExplainRequest(method, url string) (api.Verdict, error) {
	return o.plane.now.Load().explainRequest(method, url)
}

// Call implements api.Traffic. A refusal by the mesh is an answer like others: a problem document with its status.
func (o operator) Call(ctx context.Context, call api.Call) (api.Answer, error) {
	now := o.plane.now.Load()
	if err := o.callable(now.app, call.Service); err != nil {
		return api.Answer{}, err
	}
	handler, err := now.mesh.Outbound(graph.Operator, call.Service)
	if err != nil {
		return api.Answer{}, err
	}
	within := callWithin
	if o.plane.held.holds(call.Service) {
		within = deadline.Patience
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	x, err := exchangeOf(ctx, call)
	if err != nil {
		return api.Answer{}, err
	}
	if err := handler.Handle(x); err != nil {
		x.Note.Cause = err
		now.mesh.Refuse(x, err)
	}
	answer, err := answerOf(x)
	err = errors.Join(err, x.Reply.Close())
	o.plane.record(record.Of(x))
	if err != nil {
		return api.Answer{}, problem.New(diag.UpstreamReset, "the answer of %s broke off", call.Service).Because(err)
	}
	return answer, nil
}

func (o operator) callable(app *graph.App, name string) error {
	if s, ours := app.Service(name); ours {
		switch {
		case s.Resource != nil:
			return problem.New(diag.BadArgument, "%s is a resource: services that use it reach it at its own port, and no request leads there.", name)
		case !s.Listens():
			return problem.New(diag.BadArgument, "%s listens on nothing (health: none at %s): it cannot be called.", name, s.Health.At)
		case s.Protocol == graph.TCP:
			return problem.New(diag.BadArgument, "%s speaks tcp: only HTTP can be called.", name)
		}
		return nil
	}
	if _, known := app.ExternalService(name); known {
		return nil
	}
	return noService(app, name)
}

func noService(app *graph.App, name string) error {
	if near := diag.Nearest(name, app.Callees()); near != "" {
		return problem.New(diag.NoSuchService, "There is no service %q; did you mean %q?", name, near)
	}
	return problem.New(diag.NoSuchService, "There is no service %q.", name)
}

func exchangeOf(ctx context.Context, call api.Call) (*exchange.Exchange, error) {
	target, err := url.ParseRequestURI(call.Path)
	if err != nil || !strings.HasPrefix(call.Path, "/") {
		return nil, problem.New(diag.BadArgument, "%q is no path; it begins with a slash.", call.Path)
	}
	x := &exchange.Exchange{Ctx: ctx, Trace: trace.New(), Now: time.Now()}
	x.Deadline, _ = ctx.Deadline()
	h := &x.Request
	h.Method, h.Scheme, h.Authority, h.Path = strings.ToUpper(call.Method), "http", call.Service, target.EscapedPath()
	h.Query, h.HasQuery = target.RawQuery, strings.Contains(call.Path, "?")
	if !token(h.Method) {
		return nil, problem.New(diag.BadArgument, "%q is no method.", call.Method)
	}
	for name, values := range call.Header {
		for _, value := range values {
			if !token(name) || strings.ContainsAny(value, "\r\n\x00") {
				return nil, problem.New(diag.BadArgument, "the header field %q cannot be sent.", name)
			}
			h.Add(http.CanonicalHeaderKey(name), value)
		}
	}
	x.Body.Reset(nil, 0)
	if len(call.Body) > 0 {
		x.Body.Reset(bytes.NewReader(call.Body), int64(len(call.Body)))
	}
	return x, nil
}

// token tells whether text is a token (RFC 9110 §5.6.2).
func token(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func answerOf(x *exchange.Exchange) (api.Answer, error) {
	a := api.Answer{Status: x.Reply.Head.Status, Header: map[string][]string{}, Trace: x.Trace.Trace.String(), Instance: x.Note.Instance}
	for name, value := range x.Reply.Head.Fields() {
		key := http.CanonicalHeaderKey(string(name))
		a.Header[key] = append(a.Header[key], string(value))
	}
	var err error
	if x.Reply.Body != nil {
		a.Body, err = io.ReadAll(io.LimitReader(x.Reply.Body, maxAnswer+1))
		if err != nil {
			return a, fmt.Errorf("reading the answer: %w", err)
		}
	}
	if len(a.Body) > maxAnswer {
		a.Body, a.Cut = a.Body[:maxAnswer], true
	}
	x.Note.BytesOut = int64(len(a.Body))
	a.Duration = api.SecondsOf(time.Since(x.Now))
	return a, nil
}
