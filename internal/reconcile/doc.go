// Package reconcile keeps every service as desired: the graph, and over it the operator's wishes. It observes the instances,
// asks rollout what is missing, acts, and tells the journal each deed with its why.
//
// In: the graph, later graphs, wishes, changed sources, and what supervise observes. Out: orders to keep and to end
// instances, builds, releases, how many instances callers may expect, and a picture of each service.
// Used by node alone, which joins it to supervise, runner, registry and journal through the interfaces declared here.
// Concurrency: one goroutine owns all that is decided; every exported method asks it and may be called from any goroutine.
// Builds run beside it. What must outlive this process lies in one file of Means.Folder, written before it is acted on.
package reconcile
