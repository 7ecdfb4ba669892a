// Package spec reads banyan.yaml: YAML to a checked tree, the tree with what it includes and overlays to the graph.
//
// In: the file, the files that it includes, banyan.local.yaml, the name of an environment and the process's variables. Out: a
// graph.App whose nouns carry their positions, every value with its source, the files read, and all errors at once; the JSON Schema.
// Laid over one another, the later wins: the files joined, the overlay of the environment, banyan.local.yaml (environment local only).
// An expression may use app and environment, within a service service, and within env: and overlays env, the process's variables.
// Used by cli and node. The tables of keys (one var per noun, in the noun's file) drive both the check and the schema.
// Concurrency: Load may run in any goroutine; a Loaded is immutable. Nothing of the files' text or trees outlives Load.
package spec
