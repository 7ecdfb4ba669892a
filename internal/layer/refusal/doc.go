// Package refusal makes a cause the answer: a problem document (RFC 9457), or for gRPC a status without a message.
//
// In: a cause, and whom it is told to. Out: x.Reply.
// Used by gateway and mesh, once at the edge; layers return causes; knows nothing of the graph.
// Concurrency: no state.
package refusal
