// Package debugger knows how a service of a language is started under its debugger, and how an editor attaches to it: Go by delve, Node.js
// by its inspector, Python by debugpy, Java by JDWP.
//
// In: how a service is started (program, arguments, folder, PATH), and a Session. Out: the program, arguments and variables with which
// it is started instead; a port that stays the service's own; and launch.json with one entry more, its comments and layout kept.
// Every debugger listens on 127.0.0.1 and nowhere else: whoever reaches its port runs code as the user.
// Used by supervise, which starts instances; by reconcile, which keeps sessions; by node and cli. It starts nothing but, for Python, a
// question whether debugpy is installed.
// Concurrency: no state; every function may be called from any goroutine.
package debugger
