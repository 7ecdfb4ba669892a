// Package node is the one assembly: it constructs the parts of a running application, connects them, and publishes what they
// make. It holds no policy: what is decided is decided in the parts.
//
// In: a file, an environment, and the keeper that this process is a child of. Out: a running application, and its control API.
// Used by cli alone, for the control process and for the compilers that banyan validate runs.
// Concurrency: Run owns everything until it returns; a change of the file is applied by one goroutine at a time.
package node
