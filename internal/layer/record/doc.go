// Package record makes the record of an exchange that has ended.
//
// In: an exchange, as proxy.Server.Done gets it. Out: signal.Exchange, of which nothing is the exchange's own memory.
// Used by node, which hands it to telemetry; knows nothing of the graph.
// Concurrency: no state; the exchange must not be in use.
package record
