//go:build !unix

package proxy

// quiet cannot look without reading here: the first write or read tells.
func (s *socket) quiet() bool { return true }
