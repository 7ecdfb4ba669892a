package api

import "time"

// Line is one line that a service wrote.
type Line struct {
	At       time.Time `json:"at" doc:"When it was read."`
	Service  string    `json:"service" doc:"Who wrote it."`
	Instance string    `json:"instance,omitempty" doc:"Which instance."`
	Stream   string    `json:"stream" doc:"stdout, stderr, or access for records of requests."`
	Level    string    `json:"level,omitempty" doc:"TRACE, DEBUG, INFO, WARN, ERROR, FATAL, or empty."`
	Text     string    `json:"text" doc:"The line as written."`
	Trace    string    `json:"trace,omitempty" doc:"Trace id found in it."`
}

// LineQuery selects lines.
type LineQuery struct {
	Services []string
	// Instance is one instance, empty for all; Trace a trace id or its unique beginning; Level the least grave wanted.
	Instance, Trace, Level string
	Since                  time.Time
	// Limit counts the newest lines that are wanted; 0 means 200.
	Limit int
	// Access asks for access records as well.
	Access bool
	// Words all stand in the line, each as a whole word, in any order and case.
	Words string
}

// TraceQuery selects traces.
type TraceQuery struct {
	Service string
	Limit   int
	// Failed asks for traces with a failure only; Slower for those that took at least so long.
	Failed bool
	Slower time.Duration
}

// TraceSummary is one line about a trace.
type TraceSummary struct {
	ID       string    `json:"id" doc:"Trace id, 32 hexadecimal digits."`
	Name     string    `json:"name" doc:"Method and path at its root."`
	Service  string    `json:"service" doc:"Who received it first."`
	Status   int       `json:"status" doc:"Status of the answer."`
	Failed   bool      `json:"failed" doc:"Some hop failed."`
	Start    time.Time `json:"start" doc:"When it began."`
	Duration Seconds   `json:"duration" doc:"Seconds."`
	Hops     int       `json:"hops" doc:"Requests that it consists of."`
	Retries  int       `json:"retries" doc:"Attempts beyond the first of each hop."`
}

// Trace is one trace as a waterfall.
type Trace struct {
	TraceSummary
	Rows []TraceRow `json:"rows" doc:"In the order to print."`
	// Lines is how many log lines carry its id.
	Lines int `json:"lines" doc:"Log lines that carry its id."`
	// Notes say what keeps the trace from being whole.
	Notes []string `json:"notes,omitempty" doc:"What keeps it from being whole."`
}

// TraceRow is one hop or span.
type TraceRow struct {
	Depth    int     `json:"depth" doc:"0 is the root."`
	Name     string  `json:"name" doc:"Instance, or service."`
	What     string  `json:"what" doc:"Method and path, or the span's name."`
	Offset   Seconds `json:"offset" doc:"Seconds after the root's start."`
	Duration Seconds `json:"duration" doc:"Seconds."`
	Status   string  `json:"status,omitempty" doc:"Status of the answer."`
	Failed   bool    `json:"failed,omitempty" doc:"It failed."`
	Critical bool    `json:"critical,omitempty" doc:"It is on the critical path."`
	Retry    bool    `json:"retry,omitempty" doc:"It is a further attempt."`
	Message  string  `json:"message,omitempty" doc:"Why it failed."`
}

// Rate is the traffic of one edge over a window.
type Rate struct {
	Caller string `json:"caller" doc:"gateway, operator or a service."`
	Callee string `json:"callee" doc:"A service."`
	// PerSecond counts requests, Errors is the share of them that failed (5xx, gRPC failures, refused by the proxy).
	PerSecond float64 `json:"perSecond" doc:"Requests per second."`
	Errors    float64 `json:"errors" doc:"Share that failed, 0 to 1."`
	P50       Seconds `json:"p50" doc:"Median in seconds."`
	P95       Seconds `json:"p95" doc:"95th percentile in seconds."`
	P99       Seconds `json:"p99" doc:"99th percentile in seconds."`
}

// Rates is the traffic of the application.
type Rates struct {
	Window Seconds `json:"window" doc:"Seconds that were looked at."`
	Edges  []Rate  `json:"edges" doc:"Each edge that carried something, busiest first."`
}
