package telemetry

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/signal"
)

const (
	// clientLeft is the status that proxies record when the client went away before the answer (nginx's 499).
	clientLeft = 499
	// Left is what is said of an exchange whose client left, instead of a reason.
	Left = "client left"
)

// Failed tells whether an exchange counts as an error: a 5xx, a gRPC failure, no answer, or a refusal of the proxy's own. A client
// that left saw no failure. Nor is a 4xx one for who serves it, neither a service's nor the gateway's own: it is the client's
// (OpenTelemetry semantic conventions, HTTP spans, status). Between services the refused caller is ours, and its mistake counts.
func Failed(x *signal.Exchange) bool {
	switch {
	case x.Status >= 500:
		return true
	case ClientLeft(x):
		return false
	case x.Status == 0 || x.GRPCStatus > 0:
		return true
	}
	return x.Code != "" && (x.Caller != Gateway || x.Status < 400)
}

// ClientLeft tells whether the client went away before it had the whole answer.
func ClientLeft(x *signal.Exchange) bool {
	return x.Status == clientLeft || x.Code == string(diag.ClientGone)
}

// messageOf says why an exchange went as it did, with the code of a refusal; empty where there is nothing to say.
func messageOf(x *signal.Exchange) string {
	switch {
	case ClientLeft(x):
		return Left
	case x.Code == "" || x.Reason == "":
		return x.Code + x.Reason
	}
	return x.Code + " " + x.Reason
}
