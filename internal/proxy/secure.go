package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync/atomic"
)

// secured is a client's connection under TLS.
type secured struct {
	*tls.Conn
	raw    net.Conn
	abrupt atomic.Bool
}

// secure has the connection speak TLS where the server does.
func (s *Server) secure(conn net.Conn) net.Conn {
	if s.TLS == nil {
		return conn
	}
	return &secured{Conn: tls.Server(conn, s.TLS), raw: conn}
}

// SetLinger with 0 has Close end the connection as if it broke: without close_notify, so that the client knows that something is
// missing (RFC 8446 §6.1, RFC 9112 §9.8).
func (s *secured) SetLinger(seconds int) error {
	s.abrupt.Store(seconds == 0)
	if lingers, can := s.raw.(interface{ SetLinger(int) error }); can {
		return lingers.SetLinger(seconds)
	}
	return nil
}

// Close says goodbye, unless the connection is to look broken.
func (s *secured) Close() error {
	if s.abrupt.Load() {
		return s.raw.Close()
	}
	return s.Conn.Close()
}

// greet does the handshake of a connection under TLS, within the time that a head may take; false ends the connection.
func (c *connection) greet() bool {
	conn, is := c.conn.Conn.(*secured)
	if !is {
		return true
	}
	ctx, cancel := context.WithTimeout(c.x.Ctx, c.server.limits.HeadTime)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		var plain tls.RecordHeaderError
		if errors.As(err, &plain) && plain.Conn != nil && looksPlain(plain.RecordHeader) {
			_, _ = conn.raw.Write([]byte(plainAnswer)) // whoever does not read it has no need of it
		}
		return false
	}
	state := conn.ConnectionState()
	c.peer.TLS, c.peer.ServerName = true, strings.ToLower(strings.TrimSuffix(state.ServerName, "."))
	return true
}

// meet finds out who connected: after the handshake, since it may matter for whom they ask, and not where connections are accepted, for
// whoever looks may take its time.
func (c *connection) meet() {
	secure, name := c.peer.TLS, c.peer.ServerName
	if c.peer = PeerOf(c.conn.Conn); c.server.Peer != nil {
		c.peer = c.server.Peer(c.conn.Conn)
	}
	c.peer.TLS, c.peer.ServerName = secure, name
}

// plainAnswer is for who speaks HTTP where HTTPS is spoken: a person who forgot the s.
const plainAnswer = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n" +
	"Content-Length: 61\r\n\r\nThis port speaks HTTPS. Write https:// in front of the host.\n"

// looksPlain tells a request line by its first letters.
func looksPlain(header [5]byte) bool {
	for _, method := range []string{"GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "PATCH", "DELET", "PRI *"} {
		if string(header[:]) == method {
			return true
		}
	}
	return false
}
