// Package gateway answers what comes from outside: it finds the route of a request and passes it to the service behind.
//
// In: the graph's edge, and for each service that a route leads to a handler (the mesh's, which gateway does not know).
// Out: Program (pure), Gateway (a snapshot, an exchange.Handler), Explain, Refuse.
// Used by node and cli; stack.go lists the layers, outermost first, and Explain prints the same list.
// Concurrency: Program and Gateway are immutable; any goroutine may use them. An exchange keeps the Gateway that it began with.
//
// Host: the client's is passed on, as other proxies do by default, because services build links and choose tenants by it; it is also in
// X-Forwarded-Host. The mesh replaces it for external services that have a URL. A rule of a less specific host, or a less specific
// path, still answers what the more specific ones do not match, path and method included.
package gateway
