// Package contract reads OpenAPI documents, 3.0 and 3.1, and answers requests from them: a mock without state or chance.
//
// In: the text of a document, then requests. Out: diagnostics with positions in that document; answers, the same bytes for the
// same request. No I/O, no clock.
// Used by spec, which checks a service's contract; by mesh and layer/mock, which answer with it.
// Concurrency: a Document is immutable once it was read; any number of goroutines may ask it.
package contract
