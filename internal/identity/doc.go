// Package identity is the certificate authority of one user, for names of this machine: localhost, what ends in .localhost, and
// the loopback addresses.
//
// In: the user's folder, and the time. Out: Authority (root, issuer and key, made once for a user), Issuer (certificates for servers,
// as clients ask for them), Folder (where it lies).
// Used by node, doctor and cli; identity/trust adds the root to the stores of the system and of browsers. Certificates of services
// come into this room with the sidecar mode, under another root: this one signs names of this machine alone.
// Concurrency: Authority is immutable, an Issuer may be used from any goroutine. Processes that make the authority at once end with
// one and the same.
package identity
