package refusal

import (
	"strings"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// Write makes err the answer, told to the audience.
func Write(x *exchange.Exchange, err error, audience problem.Audience) {
	p := problem.From(err, audience, x.Trace.Trace.String())
	if layer.SpeaksGRPC(&x.Request) {
		trailersOnly(x, p)
		return
	}
	x.Answer(p.Status, problem.ContentType, p.JSON())
	if cause := problem.CauseOf(err); len(cause.Allow) > 0 {
		x.Reply.Head.Set("Allow", strings.Join(cause.Allow, ", ")) // RFC 9110 §15.5.6
	}
}
