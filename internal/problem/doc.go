// Package problem says why a request was refused: as a cause inside, as a problem document (RFC 9457) outside.
//
// In: causes, which layers return as errors. Out: one status and one document for each; one map at each edge (From).
// Used by the packages of the request path and by the control API; imports diag and the standard library only.
// Concurrency: values.
package problem
