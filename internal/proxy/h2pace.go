package proxy

import (
	"errors"
	"net/http"
	"time"
)

var errStalled = errors.New("the client took nothing for too long")

// pace ends a stream of net/http whose client takes nothing: without it one that never opens its window would hold the stream, and
// the connection behind, for ever. net/http's own deadline cannot do it, for it runs on while a stream has nothing to send.
type pace struct {
	pause time.Duration
	timer *time.Timer
	ended chan struct{} // closed once the stream was reset
	flush func() error
	end   func(time.Time) error
}

func newPace(w http.ResponseWriter, pause time.Duration) *pace {
	control := http.NewResponseController(w)
	p := &pace{pause: pause, ended: make(chan struct{}), flush: control.Flush, end: control.SetWriteDeadline}
	p.timer = time.AfterFunc(pause, func() {
		defer close(p.ended)
		_ = p.end(longAgo())
	})
	p.timer.Stop()
	return p
}

// bound runs one write and bounds it.
func (p *pace) bound(write func() error) error {
	p.timer.Reset(p.pause)
	err := write()
	if !p.timer.Stop() {
		<-p.ended // the writer is net/http's again when the handler returns
		return &writeError{errStalled}
	}
	return err
}

// last bounds what net/http writes once the handler has returned.
func (p *pace) last() { _ = p.end(time.Now().Add(p.pause)) }
