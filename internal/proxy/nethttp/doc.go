// Package nethttp adapts between exchanges and net/http, so that pages, logins and APIs stay ordinary Go.
//
// In: an http.Handler, or an exchange.Handler. Out: the other one.
// Used by mesh, gateway, node and tests; it is the only place where both are named in a signature.
// Concurrency: a handler made by ToHandler runs in a goroutine of its own, which ends at Reply.Close at the latest when it
// heeds its context; FromHandler's runs in net/http's.
package nethttp
