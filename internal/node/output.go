package node

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/telemetry"
)

// output hands what instances write to the store and to the supervisor, and frees it in the keeper once it is kept: what
// this process had not written when it was killed, the next one is given again.
type output struct {
	link     *keeper.Client
	recorder *telemetry.Recorder
	// lines takes each piece for the instance's last lines.
	lines func(keeper.Output)
	// exits takes each end.
	exits chan keeper.Event

	seen, freed uint64
	// over are ends whose last words have not come yet.
	over []keeper.Event
}

// freeAfter is how long output is gathered before the keeper is told that it is kept.
const freeAfter = 100 * time.Millisecond

func (o *output) run(ctx context.Context) error {
	defer close(o.exits)
	// An application that writes nothing must not wake the process.
	timer := time.NewTimer(freeAfter)
	defer timer.Stop()
	pieces, ends := o.link.Output(), o.link.Events()
	for {
		select {
		case piece, open := <-pieces:
			if !open {
				return nil
			}
			if o.seen == o.freed {
				timer.Reset(freeAfter)
			}
			o.take(piece)
		case e, open := <-ends:
			if !open {
				ends = nil
				continue
			}
			o.over = append(o.over, e)
			select {
			case o.exits <- e:
			case <-ctx.Done():
				return ctx.Err()
			}
		case <-timer.C:
			if err := o.free(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			// What is kept by now must not be given to the next control process again.
			return errors.Join(ctx.Err(), o.free(context.WithoutCancel(ctx)))
		}
		o.finish()
	}
}

func (o *output) take(piece keeper.Output) {
	service, _, _ := supervise.Split(piece.Key)
	if piece.Lost > 0 {
		o.recorder.Missed(service, piece.Key, piece.Stream, piece.Lost)
	}
	o.recorder.Output(service, piece.Key, piece.Stream, piece.Data, piece.At)
	piece.Data = newest(piece.Data)
	o.lines(piece)
	o.seen = piece.Seq
}

// lastLines is more than the supervisor keeps of an instance.
const lastLines = 32

// newest cuts output at the end of a line, so that there are lastLines after it that are not empty: those before would be forgotten
// at once, and a flood would have all of them split and masked.
func newest(output []byte) []byte {
	end := len(output)
	for lines := 0; lines <= lastLines; {
		end = bytes.LastIndexByte(output[:end], '\n')
		switch {
		case end < 0:
			return output
		case end == 0 || output[end-1] != '\n':
			lines++
		}
	}
	return output[end:]
}

// finish ends the open lines of instances that are over and whose last words were taken.
func (o *output) finish() {
	left := o.over[:0]
	for _, e := range o.over {
		if e.Last > o.seen {
			left = append(left, e)
			continue
		}
		o.recorder.Ended(e.Key)
	}
	o.over = left
}

func (o *output) free(ctx context.Context) error {
	if o.seen == o.freed {
		return nil
	}
	seen := o.seen
	if err := o.recorder.Sync(ctx); err != nil {
		return err
	}
	if err := o.link.Ack(seen); err != nil {
		return nil //nolint:nilerr // the keeper is gone, which its own watcher says
	}
	o.freed = seen
	return nil
}
