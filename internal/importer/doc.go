// Package importer turns what a team runs today into a banyan.yaml that a person would have written, and says what it left out.
//
// In: a folder (fs.FS) with a Compose file, a Procfile and an .env, any of which may be missing, and the Dockerfiles that the Compose
// file names. Out: the text of banyan.yaml, and a Report: what was guessed, changed and skipped, each at its place in the input, and the
// variables that must be set. Nothing is dropped in silence: a key that no reader asked for is skipped with its reason.
// Secrets are referred to as ${env.NAME}; neither the text nor the report holds the value of one.
// Used by cli. It imports spec nowhere, since they share a row; its tests load what it writes.
// Concurrency: Import may run in any goroutine; a Result is the caller's. Equal inputs give equal bytes.
package importer
