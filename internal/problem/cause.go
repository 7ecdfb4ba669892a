package problem

import (
	"context"
	"errors"
	"fmt"

	"github.com/banyan-run/banyan/internal/diag"
)

// Cause is why a request was refused. Layers return it; nothing on the way changes it.
type Cause struct {
	Code diag.Code
	// Detail says what happened, for the client: no address of an instance, no path of a file.
	Detail string
	// Hop is where, `reviews → payments`; empty at the edge itself.
	Hop string
	// Fix is the line that would change it; only those who may see it are shown it.
	Fix *Fix
	// Status overrides the code's own, 0 for none.
	Status int
	// Allow lists the methods for 405 (RFC 9110 §15.5.6).
	Allow []string
	// Err is the error below, for operators.
	Err error
}

// Fix is a change of the application's file.
type Fix struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Add    string `json:"add,omitempty"`
}

// FixAt is the fix that adds text at a position.
func FixAt(at diag.Position, add string) *Fix {
	return &Fix{File: at.File, Line: at.Line, Column: at.Column, Add: add}
}

// Position is where in the file the fix stands.
func (f *Fix) Position() diag.Position {
	return diag.Position{File: f.File, Line: f.Line, Column: f.Column}
}

// New returns a cause.
func New(code diag.Code, format string, args ...any) *Cause {
	return &Cause{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Because returns c with the error below it.
func (c *Cause) Because(err error) *Cause { c.Err = err; return c }

// At returns c with its hop.
func (c *Cause) At(caller, callee string) *Cause { c.Hop = caller + " → " + callee; return c }

// Error is for operators: it has the error below.
func (c *Cause) Error() string { return string(c.Code) + " " + c.Reason() }

// Reason is Error without the code, for those who show that apart. A cause below that says the same is not said again: each
// place on the way that sees a client leave says so.
func (c *Cause) Reason() string {
	if c.Err == nil {
		return c.Detail
	}
	var below *Cause
	if errors.As(c.Err, &below) && below.Code == c.Code && below.Detail == c.Detail {
		return below.Reason()
	}
	return c.Detail + ": " + c.Err.Error()
}

// Unwrap returns the error below.
func (c *Cause) Unwrap() error { return c.Err }

// CauseOf is the cause in err, or the one that a bare error stands for.
func CauseOf(err error) *Cause {
	var c *Cause
	switch {
	case errors.As(err, &c):
		return c
	case errors.Is(err, context.DeadlineExceeded):
		return New(diag.UpstreamTimeout, "no answer within the timeout").Because(err)
	case errors.Is(err, context.Canceled):
		return New(diag.ClientGone, "the client left").Because(err)
	}
	return New(diag.Internal, "the request could not be handled").Because(err)
}
