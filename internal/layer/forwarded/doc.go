// Package forwarded tells services who asked the gateway: X-Forwarded-For, -Proto and -Host, from the connection alone.
//
// In: the peer of the exchange, and the strip of its route. Out: those fields; what the client sent under such names is gone.
// Used by gateway; knows nothing of the graph.
// Concurrency: the layer has no state.
package forwarded
