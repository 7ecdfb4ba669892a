package keeper

import (
	"context"

	"github.com/banyan-run/banyan/internal/diag"
)

// The keeper stays of the release that began the run, and control processes of other releases attach to it. What is said between them
// has a number: operations are added, and what is unknown of a frame is ignored, so that a higher one includes those below it.
const (
	// firstProtocol is that of keepers that say none: no hand-over.
	firstProtocol = 1
	// handOver is the first with which one control process hands over to another.
	handOver = 2
	protocol = 2
	// oldestKeeper is the oldest that a control process of this release can work with, oldestControl the oldest control process that a
	// keeper of this release serves.
	oldestKeeper  = firstProtocol
	oldestControl = firstProtocol
)

// compatible refuses a keeper that is too old or too new for this control process.
func compatible(keepers, oldest int) error {
	if keepers >= oldestKeeper && oldest <= protocol {
		return nil
	}
	return diag.At(diag.Position{}, diag.AlreadyRunning, "the keeper of this run speaks version %d of its protocol, and this banyan versions %d to %d",
		keepers, oldestKeeper, protocol).WithHint("end the run with banyan down, then start it with banyan up")
}

// CanHandOver tells whether the keeper can start another control process beside this one.
func (c *Client) CanHandOver() bool { return c.protocol >= handOver }

// Succeed has the keeper start the program at an absolute path as the next control process, with the arguments of this one, and
// returns when that one is ready. This process has closed what it writes, and begins nothing any more: the keeper does nothing else
// for it from here on. When the successor ends before it is ready, this process's own program succeeds it.
func (c *Client) Succeed(ctx context.Context, executable string) error {
	_, err := c.call(ctx, message{Op: opSucceed, Key: executable})
	return err
}

// Ready tells the keeper that this process has taken over. A keeper that does not know of hand-overs is told nothing.
func (c *Client) Ready() error {
	if !c.CanHandOver() {
		return nil
	}
	_, err := c.call(context.Background(), message{Op: opReady})
	return err
}

// Pass sends up to 64 KiB to the control process that took over from this one.
func (c *Client) Pass(data []byte) error { return c.send(message{Op: opPass, Data: data}) }

// Passed is what control processes before this one send. It is closed when the keeper is gone.
func (c *Client) Passed() <-chan []byte { return c.passed }
