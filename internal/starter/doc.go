// Package starter makes the first files: those of a new application, or of one more service, from templates of several languages.
//
// In: names, a template, and the banyan.yaml that is there. Out: files to be written, with their paths relative to the application's
// folder, and banyan.yaml with one more service in it: an insertion at one place, so that comments and layout stay as they are.
// The templates are real files under template, with a suffix that keeps the compilers and test runners of this module away from them.
// Used by cli. It imports spec nowhere, since they share a row: the command validates what was made.
// Concurrency: pure but for Write, which any goroutine may call; two at once in one folder see each other's files as in the way.
package starter
