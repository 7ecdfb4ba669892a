// Package cli holds the commands of banyan, one file each, and how they speak to a person or to a script.
//
// In: a command line, the terminal's streams, banyan.yaml for what needs no running application, and the control API's
// client for what does: the commands know a running application through nothing else, but for its end, when nobody answers.
// up starts this program once more as the keeper, and that one as the control process: two hidden commands (keeper.go).
// Out: text that fits the terminal (drawn by terminal), JSON with stable keys where -o json asks for it, and an exit code (exit.go).
// Used by cmd/banyan alone.
// Concurrency: one command line is one goroutine, which alone writes; others only watch for Ctrl-C and for the keeper's end.
package cli
