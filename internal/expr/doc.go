// Package expr is the one expression language, CEL: named environments, positions in the file, and bounds on the cost of one and of all.
//
// In: the text of an expression or of a value with `${…}`, and where in the file each of its bytes stands. Out: programs that
// evaluate to plain Go values, and errors at the place of the word that is wrong.
// Used by spec and by whatever reads `when`, `allow`, `per`, `key`, `filter` and `cost`; the only importer of cel-go.
// Concurrency: an Environment and a Program may be used by any goroutine. Nothing is built before the first Compile.
package expr
