//go:build linux || darwin

package keeper

import (
	"os"
	"sync/atomic"
)

// link is the keeper's side of the connection to one control process: a goroutine that reads, one that writes.
type link struct {
	wire *wire
	out  *queue[parcel]
	done chan struct{}
	// greeted has a value once the control process said hello: output flows from then on.
	greeted chan struct{}
	// wake has a token when there may be an answer to send, or when no output is to be sent any more.
	wake chan struct{}
	// former says that another control process has taken over; it belongs to the keeper's goroutine, and silent, which says the same,
	// to everybody.
	former bool
	silent atomic.Bool
}

// parcel is an answer and the descriptor that goes with it, which the writer closes.
type parcel struct {
	message
	file *os.File
}

func (k *keeper) connect(w *wire) *link {
	l := &link{wire: w, wake: make(chan struct{}, 1), done: make(chan struct{}), greeted: make(chan struct{}, 1)}
	l.out = newQueue[parcel](l.wake)
	k.all.Go(func() { k.read(l) })
	k.all.Go(func() { l.write(k.spool) })
	return l
}

func (k *keeper) read(l *link) {
	defer l.wire.discard()
	for {
		m, files, err := l.wire.receive()
		closeAll(files) // a control process has none to give
		if err != nil {
			_ = l.wire.close()
			return
		}
		k.post(func() {
			if k.control.link == l || l.former {
				k.handle(l, m)
			}
		})
	}
}

// write sends answers first, then as much output as the control process may have ahead of its acknowledgement.
func (l *link) write(s *spool) {
	flowing := false
	for {
		if p, some := l.out.take(); some {
			err := l.wire.send(p.message, p.file)
			if p.file != nil {
				_ = p.file.Close()
			}
			if err != nil {
				return
			}
			continue
		}
		select {
		case <-l.greeted:
			flowing = true
		default:
		}
		output := s.wake
		if l.silent.Load() {
			output = nil
		}
		if flowing && output != nil {
			if o, some := s.next(); some {
				if l.wire.send(message{Op: opOutput, Key: o.Key, Stream: o.Stream, Seq: o.Seq, At: o.At, Lost: o.Lost, Data: o.Data}, nil) != nil {
					return
				}
				continue
			}
		}
		select {
		case <-output:
		case <-l.wake:
		case <-l.done:
			l.drop()
			return
		}
	}
}

// drop closes the descriptors that nobody will receive.
func (l *link) drop() {
	for p, some := l.out.take(); some; p, some = l.out.take() {
		if p.file != nil {
			_ = p.file.Close()
		}
	}
}

// retire sends no more output: that is the next control process's.
func (l *link) retire() {
	l.former = true
	l.silent.Store(true)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *link) end() {
	close(l.done)
	_ = l.wire.close()
}

// tell says something unasked to the control process, when there is one.
func (k *keeper) tell(m message) {
	if k.control.link != nil {
		k.control.link.out.put(parcel{message: m})
	}
}
