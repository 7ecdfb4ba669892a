package keeper

import (
	"cmp"
	"context"
	"os"
	"slices"
)

// call sends a request and waits for its answer.
func (c *Client) call(ctx context.Context, m message) (answer, error) {
	number, wait := c.expect()
	m.Call = number
	if err := c.send(m); err != nil {
		c.abandon(number)
		return answer{}, err
	}
	select {
	case a := <-wait:
		return a, a.Fault.err()
	case <-ctx.Done():
		c.abandon(number)
		return answer{}, ctx.Err()
	case <-c.done:
		return answer{}, ErrDetached
	}
}

func (c *Client) send(m message) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.wire.send(m, nil)
}

func (c *Client) expect() (uint64, <-chan answer) {
	wait := make(chan answer, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.last++
	c.mu.calls[c.mu.last] = wait
	return c.mu.last, wait
}

func (c *Client) abandon(number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mu.calls, number)
}

// read takes frames until the keeper is gone.
func (c *Client) read() {
	defer close(c.done)
	defer c.wire.discard()
	for {
		m, files, err := c.wire.receive()
		if err != nil {
			return
		}
		c.dispatch(m, files)
	}
}

func (c *Client) dispatch(m message, files []*os.File) {
	c.note(m)
	switch m.Op {
	case opOutput:
		c.pendingOutput.put(Output{Seq: m.Seq, Key: m.Key, Stream: m.Stream, Data: m.Data, At: m.At, Lost: m.Lost})
	case opExit:
		c.pendingEvents.put(Event{Key: m.Key, PID: m.PID, Exit: *m.Exit, Last: m.Seq})
	case opPass:
		c.pendingPassed.put(m.Data)
	case opAnswer:
		if wait := c.claim(m.Call); wait != nil {
			wait <- answer{m, files}
			return
		}
	}
	closeAll(files)
}

func (c *Client) claim(number uint64) chan<- answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := c.mu.calls[number]
	delete(c.mu.calls, number)
	return wait
}

// note keeps the picture of what the keeper has. An answer carries the children and listeners that it changed; a key
// without an address is a listener that is gone, a child without a process one that was forgotten.
func (c *Client) note(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, child := range m.Children {
		if child.PID == 0 {
			delete(c.mu.children, child.Key)
		} else {
			c.mu.children[child.Key] = child
		}
	}
	for key, address := range m.Listeners {
		if address == "" {
			delete(c.mu.listeners, key)
		} else {
			c.mu.listeners[key] = address
		}
	}
	if child, known := c.mu.children[m.Key]; known && m.Op == opExit && child.PID == m.PID {
		child.Exited = m.Exit
		c.mu.children[m.Key] = child
	}
}

func sorted(children map[string]Child) []Child {
	all := make([]Child, 0, len(children))
	for _, child := range children {
		all = append(all, child)
	}
	slices.SortFunc(all, func(a, b Child) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
