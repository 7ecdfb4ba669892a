package signal

import (
	"time"

	"github.com/banyan-run/banyan/internal/trace"
)

// Exchange is what one hop saw of one request: recorded once, when the last byte has gone.
type Exchange struct {
	Trace trace.Context
	// Caller and Callee are service names; the caller is `gateway` at the edge, and `operator` for commands.
	Caller, Callee string
	// Instance answered (`orders.2`); empty when none was reached.
	Instance string
	// Route is the gateway's route, empty between services.
	Route  string
	Method string
	// Path is the path as received, without its query.
	Path     string
	Protocol string // http/1.1, h2, grpc, websocket
	Status   int
	// GRPCStatus is the grpc-status of the answer, -1 where there is none.
	GRPCStatus int
	Start      time.Time
	Times      Times
	// BytesIn and BytesOut count bodies, as the client sees them.
	BytesIn, BytesOut int64
	// Tries counts the attempts to reach an instance; 1 is no retry, 0 says that the proxy answered itself.
	Tries int
	// Code is the stable code of the refusal, empty when the callee answered; Reason says why in words.
	Code, Reason string
	// Verified says that the caller was attributed to its process.
	Verified bool
}

// Times are durations from the exchange's start; zero where a stage was not reached.
type Times struct {
	// Queue ends when an instance was chosen, Connect when the connection was there, FirstByte with the answer's head.
	Queue, Connect, FirstByte, Total time.Duration
}
