package balance

import (
	"bytes"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// RetryPolicy says when a call is tried again, on another instance where there is one.
type RetryPolicy struct {
	// Attempts counts the first one; 0 and 1 are no retry.
	Attempts int
	// Connect: after a connection that could not be opened, whatever the method, for nothing was sent.
	Connect bool
	// Statuses that are tried again, when the method is idempotent or Declared says that the callee allows it for all.
	Statuses []int
	Declared bool
}

// DefaultRetry tries once more: on connect failure for any method, on 502, 503 and 504 for idempotent ones.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{Attempts: 2, Connect: true, Statuses: []int{502, 503, 504}}
}

// again tells whether how a try went calls for another; err is the handler's.
func (p *RetryPolicy) again(x *exchange.Exchange, err error) bool {
	if err == nil {
		return x.Reply.Upgrade == nil && p.repeats(x) && slices.Contains(p.Statuses, statusOf(x))
	}
	switch c := problem.CauseOf(err); c.Code {
	case diag.ConnectFailed:
		return p.Connect || p.repeats(x) && slices.Contains(p.Statuses, 502)
	case diag.UpstreamReset:
		return p.repeats(x) && slices.Contains(p.Statuses, 502)
	}
	return false
}

// repeats tells whether the request may reach the service twice.
func (p *RetryPolicy) repeats(x *exchange.Exchange) bool {
	return p.Declared || proxy.Idempotent(x.Request.Method)
}

// statusOf is the answer's status; gRPC's UNAVAILABLE without a message, which says that nothing was done, counts as 503.
func statusOf(x *exchange.Exchange) int {
	const unavailable = "14"
	if x.Reply.Body == nil && bytes.Equal(x.Reply.Head.Get("Grpc-Status"), []byte(unavailable)) {
		return 503
	}
	return x.Reply.Head.Status
}

// quietTime is how long a service that tried a call of its own again is not itself called again: retries must not multiply.
const quietTime = time.Second

// allowed tells whether a retry may be made now.
func (b *balancer) allowed(x *exchange.Exchange, now time.Time) bool {
	if x.Note.Tries >= b.retry.Attempts || x.Note.Retried || x.Ctx.Err() != nil || proxy.Expired(x) {
		return false
	}
	if now.UnixNano()-b.mine.retriedAt.Load() < int64(quietTime) {
		return false
	}
	return x.Body.Kept() && b.mine.budget.spend(now)
}
