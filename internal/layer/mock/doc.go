// Package mock answers in the place of a service, from its contract, and marks its answers.
//
// In: a document and the name of the service. Out: a Layer behind which nothing is asked.
// Used by mesh, where a service is overridden by a mock.
// Concurrency: a Program is immutable and shared; an exchange belongs to its goroutine.
package mock
