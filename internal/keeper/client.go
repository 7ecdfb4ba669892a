package keeper

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// Client is the control process's connection to its keeper.
type Client struct {
	wire   *wire
	run    string
	done   chan struct{}
	output chan Output
	events chan Event
	// pending output and exits wait here until the reader of the channel takes them.
	pendingOutput *queue[Output]
	pendingEvents *queue[Event]
	passed        chan []byte
	pendingPassed *queue[[]byte]
	protocol      int
	all           sync.WaitGroup
	sending       struct{ sync.Mutex }
	mu            struct {
		sync.Mutex
		last      uint64
		calls     map[uint64]chan answer
		children  map[string]Child
		listeners map[string]string
	}
}

type answer struct {
	message
	files []*os.File
}

// attach says hello on the wire and begins to read it.
func attach(ctx context.Context, w *wire) (*Client, error) {
	c := &Client{
		wire: w, done: make(chan struct{}), output: make(chan Output), events: make(chan Event),
		pendingOutput: newQueue[Output](make(chan struct{}, 1)), pendingEvents: newQueue[Event](make(chan struct{}, 1)),
		passed: make(chan []byte), pendingPassed: newQueue[[]byte](make(chan struct{}, 1)),
	}
	c.mu.calls, c.mu.children, c.mu.listeners = map[uint64]chan answer{}, map[string]Child{}, map[string]string{}
	c.all.Go(c.read)
	c.all.Go(func() { c.pendingOutput.pump(c.output, c.done) })
	c.all.Go(func() { c.pendingEvents.pump(c.events, c.done) })
	c.all.Go(func() { c.pendingPassed.pump(c.passed, c.done) })
	welcome, err := c.call(ctx, message{Op: opHello})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("attaching to the keeper: %w", err), c.Close())
	}
	c.run, c.protocol = welcome.Run, max(welcome.Protocol, firstProtocol)
	if err := compatible(c.protocol, welcome.Oldest); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Run is the id of the present run, which every process of it carries as BANYAN_RUN.
func (c *Client) Run() string { return c.run }

// Close lets go of the keeper without ending anything; the keeper starts a new control process only when this process ends.
func (c *Client) Close() error {
	err := c.wire.close()
	c.all.Wait()
	return err
}

// Done is closed when the keeper is gone. What it started may still live: see Sweep.
func (c *Client) Done() <-chan struct{} { return c.done }

// Output is what the children write, from the oldest that nobody acknowledged. The keeper sends only so much ahead of
// Ack (512 KiB); whoever does not take it makes the keeper drop the oldest, not the child wait. The channel is closed
// when the keeper is gone.
func (c *Client) Output() <-chan Output { return c.output }

// Events are the ends of children since Attach; those before stand in Children. It is closed when the keeper is gone.
func (c *Client) Events() <-chan Event { return c.events }

// Ack frees all output up to seq: it will not be seen again.
func (c *Client) Ack(seq uint64) error { return c.send(message{Op: opAck, Seq: seq}) }

// Children are all that run and those that ended and were not forgotten, as of the last answer of the keeper.
func (c *Client) Children() []Child {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sorted(c.mu.children)
}

// Listeners are the held sockets: key to address.
func (c *Client) Listeners() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	copied := make(map[string]string, len(c.mu.listeners))
	for key, address := range c.mu.listeners {
		copied[key] = address
	}
	return copied
}

// Start starts a child in a process group of its own. errors.Is tells fs.ErrNotExist (no such program),
// fs.ErrPermission (not executable), syscall.ENOEXEC (no program at all), ErrNoDir and ErrRunning apart.
func (c *Client) Start(s Spec) (Child, error) {
	m, err := c.call(context.Background(), message{Op: opStart, Key: s.Key, Spec: &s})
	if err != nil || len(m.Children) == 0 {
		return Child{}, err
	}
	return m.Children[0], nil
}

// Signal sends a signal ("term", "kill", "int", "hup", "usr1", "usr2", "quit", "stop", "cont") to the child's process group.
func (c *Client) Signal(key, signal string) error {
	_, err := c.call(context.Background(), message{Op: opSignal, Key: key, Signal: signal})
	return err
}

// Stop asks the child's group to end (SIGTERM), kills what is left of it after grace, and returns how the child ended.
// It goes on when ctx ends before.
func (c *Client) Stop(ctx context.Context, key string, grace time.Duration) (Exit, error) {
	m, err := c.call(ctx, message{Op: opStop, Key: key, Grace: grace})
	if err != nil || m.Exit == nil {
		return Exit{}, err
	}
	return *m.Exit, nil
}

// Forget drops the record of a child that has ended.
func (c *Client) Forget(key string) error {
	_, err := c.call(context.Background(), message{Op: opForget, Key: key})
	return err
}

// Listen returns a listener on the socket that the keeper holds under key, bound now where there is none or where the
// address changed (port 0 fits any port). Closing it leaves the socket with the keeper, and connections wait there.
// errors.Is(err, syscall.EADDRINUSE) says that another process has the address.
func (c *Client) Listen(key, network, address string) (net.Listener, error) {
	m, err := c.call(context.Background(), message{Op: opListen, Key: key, Network: network, Address: address})
	if err != nil {
		return nil, err
	}
	if len(m.files) != 1 {
		closeAll(m.files)
		return nil, fmt.Errorf("listening on %s: %w", address, errFrame)
	}
	l, err := net.FileListener(m.files[0])
	closeAll(m.files)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	return l, nil
}

// Unlisten closes the socket that the keeper holds under key.
func (c *Client) Unlisten(key string) error {
	_, err := c.call(context.Background(), message{Op: opUnlisten, Key: key})
	return err
}

// Goroutines are those of the keeper itself.
func (c *Client) Goroutines(ctx context.Context) (int, error) {
	m, err := c.call(ctx, message{Op: opCount})
	return m.Goroutines, err
}

// Shutdown has the keeper stop everything. When it returns nothing of the run is left but the keeper, which ends once this
// process has ended.
func (c *Client) Shutdown(ctx context.Context) error {
	_, err := c.call(ctx, message{Op: opShutdown})
	return err
}
