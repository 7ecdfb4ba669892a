// Package deed keeps the journal of what the platform did: in a file that only grows at its end, and the newest in memory.
//
// In: entries, from whoever acts. Out: the newest entries and a follower of those to come; journal.Recorder is what it implements.
// Used by node, which hands it to every package that acts, and to api.
// Concurrency: a Journal is safe for any goroutine. Record has written when it returns, so an entry survives the end of the
// process; a goroutine of its own makes it survive the end of the machine soon after.
package deed
