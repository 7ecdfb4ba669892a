package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// Client speaks to a running application over its control socket.
type Client struct {
	http  *http.Client
	base  string
	alive func() bool
}

// Dial returns a client of the control socket; nothing is sent yet.
func Dial(socket string) *Client {
	var dialer net.Dialer
	return New("http://control", &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		},
	})
}

// New returns a client of the API at base, reached by transport: for the loopback listener and for tests.
func New(base string, transport http.RoundTripper) *Client {
	return &Client{http: &http.Client{Transport: transport}, base: base}
}

// ErrNotRunning is in the error of a client that found nobody at the socket; nothing was sent then.
var ErrNotRunning = errors.New("no control process answers")

// ErrOlder is in the error of a client whose control process does not know what it was asked: it is of another version.
var ErrOlder = errors.New("the control process does not know this operation")

// ErrBroken is in the error of a client whose control process ended before its answer did.
var ErrBroken = errors.New("the control process ended while it was asked")

// request is one use of an operation.
type request struct {
	id    string
	path  map[string]string
	query url.Values
	in    any
}

func (c *Client) open(ctx context.Context, q request) (*http.Response, error) {
	op, known := operationOf(q.id)
	if !known {
		panic("api: no operation " + q.id) // a test calls every method of the client
	}
	path := placeholder.ReplaceAllStringFunc(op.Path, func(m string) string { return url.PathEscape(q.path[strings.Trim(m, "{}")]) })
	if len(q.query) > 0 {
		path += "?" + q.query.Encode()
	}
	var body io.Reader
	if q.in != nil {
		b, err := json.Marshal(q.in)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, op.Method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, unreached(err)
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	err = refusalOf(answer)
	var document problem.Problem
	if errors.As(err, &document) && document.Detail == noOperation(op.Method, r.URL.Path) {
		err = fmt.Errorf("%w: %w", ErrOlder, err)
	}
	return nil, err
}

// noOperation says that an API has no such operation, in the words of every version.
func noOperation(method, path string) string {
	return method + " " + path + " is no operation of this API."
}

func unreached(err error) error {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	case broken(err):
		return fmt.Errorf("%w: %w", ErrBroken, err)
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission):
		return diag.At(diag.Position{}, diag.StateUnusable, "the control socket cannot be reached: %v", rootOf(err)).
			WithHint("the state folder .banyan is no folder, or may not be read: mend it, or remove it to start afresh")
	}
	return fmt.Errorf("asking the control process: %w", err)
}

// rootOf is what the system said.
func rootOf(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// refusalOf is the problem document of an answer, as an error.
func refusalOf(answer *http.Response) error {
	var document problem.Problem
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && json.Unmarshal(body, &document) == nil && document.Code != "" {
		return document
	}
	return problem.New(diag.Internal, "The control process answered %s.", answer.Status)
}

func do[T any](ctx context.Context, c *Client, q request) (out T, err error) {
	err = c.insist(ctx, q, func() error {
		out, err = once[T](ctx, c, q)
		return err
	})
	return out, err
}

func once[T any](ctx context.Context, c *Client, q request) (out T, err error) {
	answer, err := c.open(ctx, q)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNoContent {
		return out, nil
	}
	if err := json.NewDecoder(answer.Body).Decode(&out); broken(err) {
		return out, fmt.Errorf("%w: %w", ErrBroken, err)
	} else if err != nil {
		return out, fmt.Errorf("reading the answer of %s: %w", q.id, err)
	}
	return out, nil
}

// none is the model of an operation that answers nothing.
type none = struct{}

// App is the running application.
func (c *Client) App(ctx context.Context) (App, error) { return do[App](ctx, c, request{id: "app"}) }

// Services are in callee-first order.
func (c *Client) Services(ctx context.Context) ([]Service, error) {
	return do[[]Service](ctx, c, request{id: "services"})
}

// Start starts services that were stopped; none named is all.
func (c *Client) Start(ctx context.Context, services ...string) error {
	return c.wish(ctx, "start", services)
}

// Stop stops services and keeps them stopped; none named is all.
func (c *Client) Stop(ctx context.Context, services ...string) error {
	return c.wish(ctx, "stop", services)
}

// Restart replaces each instance; none named is all.
func (c *Client) Restart(ctx context.Context, services ...string) error {
	return c.wish(ctx, "restart", services)
}

func (c *Client) wish(ctx context.Context, id string, services []string) error {
	_, err := do[none](ctx, c, request{id: id, in: Selection{some(services)}})
	return err
}

// Scale changes how many instances are kept.
func (c *Client) Scale(ctx context.Context, service string, replicas int) error {
	_, err := do[none](ctx, c, request{id: "scale", path: map[string]string{"service": service}, in: Scale{replicas}})
	return err
}

// Environment is what a service is started with.
func (c *Client) Environment(ctx context.Context, service string) ([]Variable, error) {
	return do[[]Variable](ctx, c, request{id: "environment", path: map[string]string{"service": service}})
}

// Plan is what a reload would change.
func (c *Client) Plan(ctx context.Context) (Plan, error) {
	return do[Plan](ctx, c, request{id: "plan"})
}

// Reload reads the file again and applies it.
func (c *Client) Reload(ctx context.Context) (Plan, error) {
	return do[Plan](ctx, c, request{id: "reload"})
}

// Down begins to stop the application.
func (c *Client) Down(ctx context.Context) error {
	_, err := do[none](ctx, c, request{id: "down"})
	return err
}

// Succeed has the banyan binary at an absolute path control the application. It returns when that has begun; App tells when it is so.
func (c *Client) Succeed(ctx context.Context, executable string) error {
	_, err := do[none](ctx, c, request{id: "succeed", in: Successor{executable}})
	return err
}

// Call sends a request to a service as the operator.
func (c *Client) Call(ctx context.Context, call Call) (Answer, error) {
	return do[Answer](ctx, c, request{id: "call", in: call})
}

// ExplainCall says what would decide about a call; method and path may be empty.
func (c *Client) ExplainCall(ctx context.Context, caller, callee, method, path string) (Verdict, error) {
	return do[Verdict](ctx, c, request{id: "explainCall", query: url.Values{
		"caller": {caller}, "callee": {callee}, "method": {method}, "path": {path},
	}})
}

// ExplainRequest says what would decide about a request to the gateway.
func (c *Client) ExplainRequest(ctx context.Context, method, target string) (Verdict, error) {
	return do[Verdict](ctx, c, request{id: "explainRequest", query: url.Values{"method": {method}, "url": {target}}})
}

// Lines are the newest that match, oldest first.
func (c *Client) Lines(ctx context.Context, q LineQuery) ([]Line, error) {
	return do[[]Line](ctx, c, request{id: "lines", query: q.values()})
}

// Traces are the newest that match, newest first.
func (c *Client) Traces(ctx context.Context, q TraceQuery) ([]TraceSummary, error) {
	return do[[]TraceSummary](ctx, c, request{id: "traces", query: q.values()})
}

// Trace is one trace; id may be a unique beginning.
func (c *Client) Trace(ctx context.Context, id string) (Trace, error) {
	return do[Trace](ctx, c, request{id: "trace", path: map[string]string{"id": id}})
}

// Rates is the traffic of each edge.
func (c *Client) Rates(ctx context.Context) (Rates, error) {
	return do[Rates](ctx, c, request{id: "rates"})
}

// Journal is what the platform did, oldest first; limit 0 means 100.
func (c *Client) Journal(ctx context.Context, limit int) ([]Deed, error) {
	return do[[]Deed](ctx, c, request{id: "journal", query: url.Values{"limit": {strconv.Itoa(limit)}}})
}

func (q LineQuery) values() url.Values {
	v := url.Values{"service": q.Services}
	put(v, "instance", q.Instance)
	put(v, "trace", q.Trace)
	put(v, "level", q.Level)
	put(v, "words", q.Words)
	if !q.Since.IsZero() {
		v.Set("since", q.Since.Format(time.RFC3339Nano))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Access {
		v.Set("access", "true")
	}
	return v
}

func (q TraceQuery) values() url.Values {
	v := url.Values{}
	put(v, "service", q.Service)
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Failed {
		v.Set("failed", "true")
	}
	if q.Slower > 0 {
		v.Set("slower", q.Slower.String())
	}
	return v
}

func put(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}
