//go:build !unix

package proxy

import "net"

// quiet cannot look without reading here: the first write or read tells.
func quiet(net.Conn) bool { return true }
