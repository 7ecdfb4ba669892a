// Package migration brings what is kept of an application from the form of an earlier release to that of this one.
//
// In: a state folder of any release. Out: one of this release's form and a copy of what was before, or a refusal that leaves it alone.
// Used by node before anything in the folder is opened, and by doctor, which only looks; knows names and bytes of files, not their meaning
// to others.
// Concurrency: one process at a time, which the keeper's lock sees to. It may be killed at any moment: whoever comes next goes on.
package migration
