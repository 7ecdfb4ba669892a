// Package trace holds the identifiers of W3C Trace Context and nothing that records them.
//
// In: the bytes of traceparent and tracestate fields, and random bytes. Out: a Context, a value that fits an exchange.
// Used by every package that speaks of a trace; imports the standard library only.
// Concurrency: values are immutable; New and Child may be called from any goroutine.
// Source: W3C Trace Context, https://www.w3.org/TR/trace-context/.
package trace
