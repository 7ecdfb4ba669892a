// Package split spreads the requests of a route over several services by weight.
//
// In: targets with weights, a source of random numbers. Out: x.Route, which names the chosen service.
// Used by gateway; knows nothing of the graph.
// Concurrency: a Program is immutable; its source must allow calls from any goroutine.
package split
