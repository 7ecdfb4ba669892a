package telemetry

import "github.com/banyan-run/banyan/internal/signal"

// clientLeft is the status that proxies record when the client went away before the answer (nginx's 499).
const clientLeft = 499

// Failed tells whether an exchange counts as an error: a 5xx, a gRPC failure, no answer, or a refusal of the proxy's own.
// A client that left did not see a failure.
func Failed(x *signal.Exchange) bool {
	if x.Status == clientLeft {
		return false
	}
	return x.Status >= 500 || x.Status == 0 || x.GRPCStatus > 0 || x.Code != ""
}
