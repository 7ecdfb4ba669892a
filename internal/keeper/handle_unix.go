//go:build linux || darwin

package keeper

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// handle does what the control process asked for, and answers it.
func (k *keeper) handle(l *link, m message) {
	if l.former && m.Op != opPass {
		l.answer(m, message{}, nil, fmt.Errorf("doing %q: %w", m.Op, ErrHandedOver))
		return
	}
	switch m.Op {
	case opSucceed:
		k.succeed(l, m)
	case opReady:
		k.succeeded()
		l.answer(m, message{}, nil, nil)
	case opPass:
		k.tell(message{Op: opPass, Data: m.Data})
	case opHello:
		k.hello(l, m)
	case opAck:
		k.spool.ack(m.Seq)
	case opStart:
		k.handleStart(l, m)
	case opSignal:
		l.answer(m, message{}, nil, k.signal(m.Key, m.Signal))
	case opStop:
		k.handleStop(l, m)
	case opForget:
		l.answer(m, message{Children: []Child{{Key: m.Key}}}, nil, k.forget(m.Key))
	case opListen:
		file, address, err := k.bind(m.Key, m.Network, m.Address)
		l.answer(m, message{Listeners: map[string]string{m.Key: address}}, file, err)
	case opUnlisten:
		l.answer(m, message{Listeners: map[string]string{m.Key: ""}}, nil, k.unbind(m.Key))
	case opCount:
		l.answer(m, message{Goroutines: runtime.NumGoroutine()}, nil, nil)
	case opShutdown:
		k.farewells = append(k.farewells, func() { l.answer(m, message{}, nil, nil) })
		k.end()
		k.checkEnd()
	default:
		l.answer(m, message{}, nil, fmt.Errorf("doing %q: %w", m.Op, errFrame))
	}
}

// answer sends the reply to a request, or the error without it.
func (l *link) answer(to, reply message, file *os.File, err error) {
	if err != nil {
		reply = message{Fault: newFault(err)}
	}
	reply.Op, reply.Call = opAnswer, to.Call
	l.out.put(parcel{reply, file})
}

// hello gives a new control process the whole picture, and all output that its predecessor did not acknowledge.
func (k *keeper) hello(l *link, m message) {
	welcome := message{Run: k.options.Run, Listeners: map[string]string{}, Protocol: protocol, Oldest: oldestControl}
	for _, c := range k.children {
		welcome.Children = append(welcome.Children, c.Child)
	}
	for key, h := range k.listeners {
		welcome.Listeners[key] = h.address
	}
	l.answer(m, welcome, nil, nil)
	k.spool.rewind()
	select {
	case l.greeted <- struct{}{}:
	default:
	}
	k.spool.poke()
	k.report.ready()
}

func (k *keeper) handleStart(l *link, m message) {
	if m.Spec == nil {
		l.answer(m, message{}, nil, fmt.Errorf("starting without a specification: %w", errFrame))
		return
	}
	c, err := k.start(*m.Spec)
	if err != nil {
		l.answer(m, message{}, nil, err)
		return
	}
	l.answer(m, message{Children: []Child{c.Child}}, nil, nil)
}

func (k *keeper) handleStop(l *link, m message) {
	c := k.children[m.Key]
	if c == nil {
		l.answer(m, message{}, nil, absent(m.Key))
		return
	}
	k.stop(c, max(m.Grace, 0), func(exit Exit) {
		l.answer(m, message{Exit: &exit, Children: []Child{c.Child}}, nil, nil)
	})
}

func (k *keeper) signal(key, name string) error {
	c := k.children[key]
	if c == nil || c.exit != nil {
		return absent(key)
	}
	number := unix.SignalNum("SIG" + strings.TrimPrefix(strings.ToUpper(name), "SIG"))
	if number == 0 {
		return fmt.Errorf("signalling %s with %q: %w", key, name, syscall.EINVAL)
	}
	if err := syscall.Kill(-c.PID, number); err != nil {
		return fmt.Errorf("signalling %s: %w", key, err)
	}
	return nil
}

func (k *keeper) forget(key string) error {
	c := k.children[key]
	switch {
	case c == nil:
		return absent(key)
	case c.Exited == nil:
		return fmt.Errorf("forgetting %s: %w", key, ErrRunning)
	}
	delete(k.children, key)
	return nil
}
