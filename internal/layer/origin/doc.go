// Package origin refuses what pages of the web have a browser send to a service of this machine.
//
// In: the head of a request. Out: a pass, or the refusal. What browsers say of where a request comes from is believed: only they
// can be made to send one by a page, and they let no page write these fields.
// Used by gateway, for the names of services; knows nothing of the graph.
// Concurrency: it holds nothing.
package origin
