// Package balance chooses the instance that a call goes to, and tries again where that is safe.
//
// In: Endpoints, which says where a callee's instances are; a RetryPolicy; State, what was learnt of callees and instances.
// Out: Layer, for exchanges, over whatever sends one (proxy.Transport); Stream, for the connections of tcp edges; State.InFlight.
// Used by mesh and node, and by gateway's tests; knows nothing of edges, routes or the graph. It imports its parent, proxy.
// Concurrency: a layer, State and Stream may be used from any goroutine; what they share on the request path are atomics. A held
// call waits in the goroutine of its exchange; Stream has two goroutines a connection, which Shutdown awaits.
//
// Calls are tried again here alone, for retries in several places multiply (proxy.Transport merely replaces a kept connection that
// was just closed). A budget a callee bounds them, and a service that has just tried again itself is not tried again.
package balance
