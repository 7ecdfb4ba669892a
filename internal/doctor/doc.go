// Package doctor says what this machine can and cannot do for an application: each check has a grade, what it found, why
// that matters, and the way out as a command or a line.
//
// In: a Subject, which is an application (or none), its folders and the environment; the probes of the system. Out: a Report.
// It changes nothing: it opens no connection off loopback, starts only programs that print their version or list a trust store, and what it
// writes to look at the clock is removed at once.
// Used by cli; knows folders and versions from its Subject only, never from those who keep them.
// Concurrency: Run looks with all checks at once, one goroutine each. One that is stuck in the system, as on a dead network
// disk, is left behind and reported, since waiting for it is what a person calls the doctor for.
package doctor
