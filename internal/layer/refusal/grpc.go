package refusal

import (
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// statuses maps HTTP's status to gRPC's (grpc/doc/http-grpc-status-mapping.md); every other is 2, UNKNOWN.
var statuses = map[int]int{400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}

// trailersOnly answers with a head that is the trailers too (grpc/doc/PROTOCOL-HTTP2.md, Trailers-Only).
func trailersOnly(x *exchange.Exchange, p problem.Problem) {
	status, known := statuses[p.Status]
	if !known {
		status = 2
	}
	message := p.Error()
	if p.Fix != nil {
		message += " To allow it, add " + p.Fix.Add + " at " + p.Fix.File + ":" + strconv.Itoa(p.Fix.Line) + "."
	}
	x.Reply.Drop()
	head := &x.Reply.Head
	head.Status = 200
	head.Set("Content-Type", "application/grpc")
	head.Set("Grpc-Status", strconv.Itoa(status))
	head.Set("Grpc-Message", percent(message+" (trace "+p.Trace+")"))
}

// percent encodes a message: all but printable ASCII, and the percent sign (PROTOCOL-HTTP2.md, Status-Message).
func percent(message string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(message) {
		b := message[i]
		if b >= ' ' && b <= '~' && b != '%' {
			out.WriteByte(b)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(digits[b>>4])
		out.WriteByte(digits[b&15])
	}
	return out.String()
}
