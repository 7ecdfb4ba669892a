// Package rollout decides how the instances of one service come to what is desired: which to start, and which to stop.
//
// In: what is desired, what is observed, and the present instant. Out: steps, and when to ask again.
// Used by reconcile, which takes the steps, and by supervise, which asks how long to wait after an end.
// Concurrency: pure functions over values; equal inputs give equal steps.
package rollout
