//go:build linux || darwin

package keeper

import "os"

// link is the keeper's side of the connection to one control process: a goroutine that reads, one that writes.
type link struct {
	wire *wire
	out  *queue[parcel]
	done chan struct{}
	// greeted has a value once the control process said hello: output flows from then on.
	greeted chan struct{}
}

// parcel is an answer and the descriptor that goes with it, which the writer closes.
type parcel struct {
	message
	file *os.File
}

func (k *keeper) connect(w *wire) *link {
	l := &link{wire: w, out: newQueue[parcel](k.spool.wake), done: make(chan struct{}), greeted: make(chan struct{}, 1)}
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
			if k.control.link == l {
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
		if flowing {
			if o, some := s.next(); some {
				if l.wire.send(message{Op: opOutput, Key: o.Key, Stream: o.Stream, Seq: o.Seq, At: o.At, Lost: o.Lost, Data: o.Data}, nil) != nil {
					return
				}
				continue
			}
		}
		select {
		case <-s.wake:
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
