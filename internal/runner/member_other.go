//go:build !unix

package runner

// kinOf: there are no process groups here, and no supervised processes either.
func kinOf(int) (parent, group int, known bool) { return 0, 0, false }
