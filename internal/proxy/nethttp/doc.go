// Package nethttp adapts net/http to exchanges, so that pages, logins and APIs stay ordinary Go.
//
// In: an http.Handler. Out: an exchange.Handler.
// Used by mesh, gateway, node and tests; it is the only place where both are named in a signature.
// Concurrency: a handler made by ToHandler runs in a goroutine of its own, which ends at Reply.Close at the latest when it
// heeds its context.
package nethttp
