// Package trust puts the root of the user's certificate authority into the stores that programs of this machine trust, and takes
// it out again: the system's, and those of browsers.
//
// In: a Root, and the Machine with its programs. Out: Store (one implementation a kind of store), Plan (what would be run), and
// what was. Stores are added to and never replaced; what needs the superuser is said and not done, unless Banyan is that.
// Used by cli and doctor; knows nothing of applications.
// Concurrency: a Store is immutable and asks the system anew each time; two that change one store at once are the store's own
// matter.
package trust
