package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"
	"time"
)

const (
	// returnWithin is how long the next control process may take until it answers.
	returnWithin = time.Second
	askAgain     = 20 * time.Millisecond
)

// While returns a client that asks again, for a second, as long as alive tells that somebody is going to answer: when a control
// process died its keeper starts the next one.
func (c *Client) While(alive func() bool) *Client {
	patient := *c
	patient.alive = alive
	return &patient
}

// insist repeats a question that nobody heard, and one that was broken off where asking twice does no harm (RFC 9110 §9.2.1).
func (c *Client) insist(ctx context.Context, q request, ask func() error) error {
	op, _ := operationOf(q.id)
	within, cancel := context.WithTimeout(ctx, returnWithin)
	defer cancel()
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		err := ask()
		again := errors.Is(err, ErrNotRunning) || errors.Is(err, ErrBroken) && op.Method == http.MethodGet
		if !again || c.alive == nil || !c.alive() {
			return err
		}
		select {
		case <-tick.C:
		case <-within.Done():
			return err
		}
	}
}

// broken tells whether the other end went away in the middle.
func broken(err error) bool {
	for _, how := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, how) {
			return true
		}
	}
	return false
}
