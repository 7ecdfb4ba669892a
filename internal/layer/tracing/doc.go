// Package tracing gives every hop its place in a trace (W3C Trace Context, level 1).
//
// In: the traceparent and tracestate of a caller, or neither. Out: x.Trace, and the traceparent that the callee receives.
// Used by gateway and mesh; knows nothing of the graph.
// Concurrency: the layer has no state; ids are random.
package tracing
