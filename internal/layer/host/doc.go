// Package host refuses a request whose Host names another service than the port leads to: its sender means a call that this is not.
//
// In: the names of all services. Out: a pass, or the refusal for that name.
// Used by mesh, on ports alone; knows nothing of the graph.
// Concurrency: a Program is immutable; looking a name up allocates nothing.
package host
