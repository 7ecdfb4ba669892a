// Package supervise keeps instances as they were ordered: started, probed, listed in the registry, started again with
// growing pauses after they ended, and stopped gracefully.
//
// An instance that stays alive and never becomes healthy is not killed: it stays unready, is probed on, and is told as
// NotReady with its last lines; a debugger or a slow first start may hold it, and killing would destroy the evidence.
//
// In: orders of reconcile, children and their exits and output from the keeper, verdicts of probes. Out: states in the
// registry, a status per instance, journal entries; Environment, what an instance is started with.
// Used by reconcile, which orders, and by node, which joins it to keeper, runner and telemetry.
// Concurrency: one goroutine an instance owns it; the Supervisor's methods may be called from any goroutine.
package supervise
