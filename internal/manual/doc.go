// Package manual writes what the tree of commands says of itself: the reference in the book, manual pages, scripts of completion.
//
// In: the root of the tree, and what the exit codes mean. Out: Markdown, roff and shell scripts; equal trees give equal bytes.
// Used by cli, which fills it, and by scripts/release, which packs what it writes; imports no package of its row.
// Concurrency: none; cobra changes its tree while it answers.
package manual
