// Package project says where one copy of an application keeps what it keeps, which copies this user has, and which ports of
// loopback each of them keeps between runs.
//
// In: the folder of a file and the copy's name. Out: the paths of its state, run folder and control socket; its ports.
// Used by node, which runs a copy, by api, which reaches it, and by cli, which finds it; imports R0 only.
// Concurrency: any goroutine and any process. What several copies share lies in the user's runtime folder: it is changed under
// a lock of the system's that ends with its process, and every file in it is replaced whole.
package project
