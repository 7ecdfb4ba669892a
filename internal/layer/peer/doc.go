// Package peer refuses connections of another supervised service than the one that the port was given to.
//
// In: who connected, as the system tells, never as a field does. Out: a pass, or the refusal for that service.
// Used by mesh, on ports alone; knows nothing of the graph.
// Concurrency: a Program is immutable.
package peer
