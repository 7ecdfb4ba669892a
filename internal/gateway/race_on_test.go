//go:build race

package gateway_test

// racing says that the detector allocates on its own.
const racing = true
