// Package mesh carries calls between services, and those of the gateway and of the operator: one stack for all of them.
//
// In: the graph's calls, and means: where instances are, what sends to them, what is learnt of them.
// Out: Program (pure), Mesh (a snapshot of handlers, one an edge), Edges (one loopback port each), Admit, Explain, Refuse.
// Used by node and cli; stack.go lists the layers, outbound then inbound, and Explain prints the same list.
// Concurrency: Program and Mesh are immutable; any goroutine may use them. What is learnt lives in balance.State, over all reloads.
//
// Host: the caller's is passed on (127.0.0.1 and the edge's port, or the client's through the gateway), but an external service that is
// declared by URL gets the URL's host, and its path before the request's. Such a service is not told who calls either.
package mesh
