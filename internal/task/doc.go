// Package task runs the tasks of an application: one-off processes with a service's environment, those before them first, each one
// at a time, and not again what is up to date.
//
// In: the graph's tasks, and through Means their environment, a wait for the services that they need, and where their lines go. Out:
// results, and under the state folder a note of each task's last run.
// Used by node, which runs them within the application, by reconcile for hooks, and by cli where nothing runs.
// Concurrency: a Runner may be used by any goroutine; a lock of the file system keeps two runs of one task apart, of whatever process.
package task
