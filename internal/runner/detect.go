package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

const (
	// prefaceH2 is the client's connection preface with an empty SETTINGS frame (RFC 9113 §3.4).
	prefaceH2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	// frameSettings is the type of the frame that a server must send first (RFC 9113 §3.4, §6.5).
	frameSettings = 4
	// detectWithin is how long a server may take over its first frame; one that waits longer waits for more of a request.
	detectWithin = time.Second
)

// Detect asks once what an instance speaks: h2c when it answers the preface of HTTP/2 with SETTINGS, else http1. The
// error says that it does not accept connections.
func Detect(ctx context.Context, address string) (graph.Protocol, error) {
	ctx, cancel := context.WithTimeout(ctx, detectWithin)
	defer cancel()
	c, err := dial(ctx, address)
	if err != nil {
		return "", fmt.Errorf("detecting the protocol: %w", err)
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := io.WriteString(c, prefaceH2); err != nil {
		return graph.HTTP1, ended(ctx)
	}
	var head [9]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return graph.HTTP1, ended(ctx)
	}
	if head[3] == frameSettings && head[4]&1 == 0 && head[5]|head[6]|head[7]|head[8] == 0 {
		return graph.H2C, nil
	}
	return graph.HTTP1, nil
}

// ended is the caller's own end; a server that takes too long is an answer.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
