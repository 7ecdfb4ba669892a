// Package layout draws the graph: as a tree in lines, as a Mermaid flowchart, and as nodes and edges for programs.
//
// In: a graph.App. Out: Lines without any styling, text, and a Drawing with stable JSON keys; equal graphs give equal bytes.
// Used by cli for banyan graph. It knows no terminal: whoever prints decides on width and colour.
// Concurrency: pure functions over immutable values.
package layout
