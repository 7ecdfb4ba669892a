package h2

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/net/http2"
)

// The prices of what a peer may ask for without an exchange: see budget.
const (
	priceOfControl  = 1
	priceOfSettings = 4
	priceOfReset    = 4
)

// mostSettings bounds the settings of one frame; fewer than ten are defined.
const mostSettings = 100

var (
	errSettings     = errors.New("SETTINGS must come first (RFC 9113 §3.4)")
	errManySettings = errors.New("a frame has more settings than there are")
	errPush         = errors.New("nobody may push to this end (RFC 9113 §8.4)")
	errIdle         = errors.New("a frame came on a stream that was never opened (RFC 9113 §5.1)")
	errWindow       = errors.New("a window became larger than 2^31-1 (RFC 9113 §6.9.1)")
	errFlow         = errors.New("more came than the window allows (RFC 9113 §6.9)")
	errItself       = errors.New("a stream depends on itself (RFC 7540 §5.3.1)")
	errParts        = errors.New("a header block has no end")
	errPeerReset    = errors.New("the peer reset the stream")
)

// broken is an error of the connection, with the code that the peer is told.
func broken(code http2.ErrCode, err error) error {
	return fmt.Errorf("%w: %w", http2.ConnectionError(code), err)
}

func (l *link) handle(f http2.Frame) error {
	if settings, is := f.(*http2.SettingsFrame); is {
		return l.settings(settings)
	}
	if !l.settled {
		return broken(http2.ErrCodeProtocol, errSettings)
	}
	switch f := f.(type) {
	case *http2.DataFrame:
		return l.takeData(f)
	case *http2.HeadersFrame:
		return l.takeHeaders(f)
	case *http2.ContinuationFrame:
		return l.goOn(f)
	case *http2.WindowUpdateFrame:
		return l.grow(f)
	case *http2.RSTStreamFrame:
		return l.takeReset(f)
	case *http2.PingFrame:
		return l.ping(f)
	case *http2.GoAwayFrame:
		l.side.leaving(f)
		return nil
	case *http2.PriorityFrame:
		if f.StreamDep == f.StreamID {
			return http2.StreamError{StreamID: f.StreamID, Code: http2.ErrCodeProtocol, Cause: errItself}
		}
		return l.side.pays(priceOfControl)
	case *http2.PushPromiseFrame:
		return broken(http2.ErrCodeProtocol, errPush)
	}
	return l.side.pays(priceOfControl) // unknown ones are ignored (§4.1)
}

// takeData hands what came to its stream. What nobody wants is given back to the connection's window at once.
func (l *link) takeData(f *http2.DataFrame) error {
	size := int(f.Length)
	if l.room.Add(-int64(size)) < 0 {
		return broken(http2.ErrCodeFlowControl, errFlow)
	}
	if len(f.Data()) == 0 && !f.StreamEnded() { // padding alone is as empty
		if err := l.side.pays(priceOfControl); err != nil {
			return err
		}
	}
	s := l.find(f.StreamID)
	if s == nil {
		if l.consumed(size) {
			l.flush()
		}
		switch {
		case l.side.idle(f.StreamID):
			return broken(http2.ErrCodeProtocol, errIdle)
		case l.hushed(f.StreamID, f.StreamEnded()):
			return nil
		}
		return l.late(f.StreamID)
	}
	unwanted, err := s.in.add(f.StreamID, f.Data(), size, f.StreamEnded())
	if l.consumed(unwanted) {
		l.flush()
	}
	l.touch(&s.in)
	return err
}

// late is what comes on a stream that the peer itself has ended (RFC 9113 §5.1).
func (l *link) late(id uint32) error {
	return http2.StreamError{StreamID: id, Code: http2.ErrCodeStreamClosed}
}

func (l *link) takeHeaders(f *http2.HeadersFrame) error {
	if f.HasPriority() && f.Priority.StreamDep == f.StreamID {
		return broken(http2.ErrCodeProtocol, errItself)
	}
	if f.HeadersEnded() {
		return l.side.headers(f.StreamID, f.HeaderBlockFragment(), f.StreamEnded())
	}
	l.parts.text, l.parts.count = append(l.parts.text[:0], f.HeaderBlockFragment()...), 0
	l.parts.of, l.parts.end = f.StreamID, f.StreamEnded()
	l.parts.since.Store(time.Now().UnixNano())
	return nil
}

// goOn takes a CONTINUATION; that it is of the stream that is open the framer checks. Many, and large ones, are a flood.
func (l *link) goOn(f *http2.ContinuationFrame) error {
	const most = 32
	p := &l.parts
	p.text, p.count = append(p.text, f.HeaderBlockFragment()...), p.count+1
	if len(p.text) > 2*l.decode.most || p.count > most {
		return broken(http2.ErrCodeEnhanceYourCalm, errParts)
	}
	if !f.HeadersEnded() {
		return nil
	}
	p.since.Store(0)
	err := l.side.headers(p.of, p.text, p.end)
	if cap(p.text) > frameSize {
		p.text = nil
	}
	return err
}

func (l *link) takeReset(f *http2.RSTStreamFrame) error {
	s := l.find(f.StreamID)
	if s == nil {
		if l.side.idle(f.StreamID) {
			return broken(http2.ErrCodeProtocol, errIdle)
		}
		l.hushed(f.StreamID, true)
		return l.side.pays(priceOfControl)
	}
	err := fmt.Errorf("%w: %w", errPeerReset, http2.StreamError{StreamID: f.StreamID, Code: f.ErrCode})
	l.halt(s, f.StreamID, err)
	l.forget(s, f.StreamID)
	s.end(f.StreamID, err)
	return l.side.pays(priceOfReset)
}

func (l *link) ping(f *http2.PingFrame) error {
	if f.IsAck() {
		if p, is := l.side.(interface{ ponged() }); is {
			p.ponged()
		}
		return l.side.pays(priceOfControl)
	}
	l.say(func(out []byte) []byte { return appendPing(out, true, f.Data) })
	return l.side.pays(priceOfControl)
}

func (l *link) settings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return l.side.pays(priceOfControl)
	}
	// Each is work for every stream that is open, so each has its price, and none of the peer's first ones comes in hundreds.
	if f.NumSettings() > mostSettings {
		return broken(http2.ErrCodeEnhanceYourCalm, errManySettings)
	}
	first := !l.settled
	l.settled = true
	err := f.ForeachSetting(func(s http2.Setting) error {
		if err := s.Valid(); err != nil {
			return err
		}
		return l.set(s)
	})
	if err != nil {
		return err
	}
	l.say(appendSettingsAck)
	if first {
		return nil
	}
	return l.side.pays(priceOfSettings + f.NumSettings())
}

// set takes one setting of the peer. A new initial window moves those of all open streams, below zero too (RFC 9113 §6.9.2).
func (l *link) set(s http2.Setting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s.ID {
	case http2.SettingInitialWindowSize:
		by := int64(s.Val) - l.mu.initial
		l.mu.initial = int64(s.Val)
		for _, open := range l.mu.streams {
			if open.window += by; open.window > mostWindow {
				return broken(http2.ErrCodeFlowControl, errWindow)
			}
		}
		l.moved.Broadcast()
	case http2.SettingMaxFrameSize:
		l.mu.frame = min(int(s.Val), frameSize) // larger ones would only make others wait
	case http2.SettingMaxConcurrentStreams:
		if c, is := l.side.(interface{ allowed(streams uint32) }); is {
			c.allowed(s.Val)
		}
	}
	return nil
}

// grow takes a WINDOW_UPDATE. It may wake everybody who waits, so a small one has its price.
func (l *link) grow(f *http2.WindowUpdateFrame) error {
	const small = 1 << 10
	if f.Increment < small {
		if err := l.side.pays(priceOfControl); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.StreamID == 0 {
		if l.mu.window += int64(f.Increment); l.mu.window > mostWindow {
			return broken(http2.ErrCodeFlowControl, errWindow)
		}
	} else if s := l.mu.streams[f.StreamID]; s != nil {
		if s.window += int64(f.Increment); s.window > mostWindow {
			return http2.StreamError{StreamID: f.StreamID, Code: http2.ErrCodeFlowControl, Cause: errWindow}
		}
	} else if l.side.idle(f.StreamID) {
		return broken(http2.ErrCodeProtocol, errIdle)
	}
	if l.mu.waiting > 0 {
		l.moved.Broadcast()
	}
	return nil
}
