// Package keeper is the tiny parent process of everything that banyan up starts, and the client that the control
// process reaches it with.
//
// The keeper is the parent of each instance, reads their pipes at all times into a bounded spool and holds every
// listening socket, so that the control process, which has all the rest, may die and be started again while services
// live on and new connections wait.
//
// In: the control process's requests over a socket pair that it inherited: start, signal, stop, listen. Out: children,
// their output until it is acknowledged, their exits, and listening sockets.
// Used by supervise and node through the Client, and by cli, which spawns the keeper; imports R0 only.
// Concurrency: a Client may be used from any goroutine; the keeper's state belongs to one goroutine, which never waits for a peer.
package keeper
