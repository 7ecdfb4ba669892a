// Package red measures exchanges: rate, errors and duration of each route and of each edge.
//
// In: exchanges, on the request path. Out: /metrics in the Prometheus text format under OpenTelemetry's names, and the rates of
// the last seconds for `banyan top`.
// Used by node, which hands a Meter to telemetry.Recorder as its Meter, and its Handler to api.
// Concurrency: Observe takes no lock and allocates nothing once a series is known, but for one lock of a series a second; all
// else is safe for any goroutine.
package red
