//go:build race

package proxy

// racing: the detector has sync.Pool drop what it is given.
const racing = true
