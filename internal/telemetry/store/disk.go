package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/telemetry"
)

// Options say how a store begins; zero values mean 64 MiB, 24 h and a sixteenth of the size for what is in no block yet.
type Options struct {
	// Size bounds all files, in bytes: one half is for requests, the other for what services write. Limit changes it.
	Size int64
	// Age bounds how long a block is kept after its last row was written. Limit changes it.
	Age time.Duration
	// Unsealed bounds the rows that are in no block yet, in bytes; they are in memory too. Limit changes it.
	Unsealed int64
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Journal is told once of each block that is damaged, and of a log that cannot be read; it may be nil.
	Journal journal.Recorder

	files files
}

// Disk keeps spans and lines in a folder.
type Disk struct {
	folder   string
	options  Options
	group    *lifecycle.Group
	awake    chan struct{}
	limits   atomic.Pointer[Limits]
	decoders decoders
	writers  sync.Pool // of *blockWriter; the garbage collector takes one that rests

	// The writer's.
	log    *wal
	buffer []byte
	row    []byte
	placed []placed

	settling settling
	mu       struct {
		sync.RWMutex
		blocks []*block            // by number
		rings  map[string]*pending // what is in the log
		// waiting is the size of a log whose blocks are not known to survive the end of the machine.
		logged, waiting int64
		closed          bool
	}
}

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("the telemetry store is closed")

// Open opens or makes a store in folder, until Close. What a crash tore is cut.
func Open(ctx context.Context, folder string, options Options) (*Disk, error) {
	d := &Disk{folder: folder, options: options.withDefaults(), awake: make(chan struct{}, 1)}
	d.mu.rings = map[string]*pending{}
	half := Bound{Size: d.options.Size / 2, Age: d.options.Age}
	d.limits.Store(&Limits{Requests: half, Lines: half, Unsealed: d.options.Unsealed})
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("opening the telemetry store: %w", err)
	}
	if err := errors.Join(d.load(), d.takeSegments()); err != nil {
		if d.log != nil {
			err = errors.Join(err, d.log.file.Close())
		}
		return nil, fmt.Errorf("opening the telemetry store: %w", err)
	}
	d.group = lifecycle.NewGroup(ctx)
	d.group.Go("telemetry sync", d.keepSettled)
	return d, nil
}

func (o Options) withDefaults() Options {
	if o.Size <= 0 {
		o.Size = 64 << 20
	}
	if o.Age <= 0 {
		o.Age = 24 * time.Hour
	}
	if o.Unsealed <= 0 {
		o.Unsealed = o.Size / 16
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.files == nil {
		o.files = system{}
	}
	return o
}

// Close has everything survive the end of the machine, and closes the log. Reads fail afterwards.
func (d *Disk) Close() error {
	failure := d.group.Stop(context.Background())
	d.mu.Lock()
	closed := d.mu.closed
	d.mu.closed = true
	d.mu.Unlock()
	if closed {
		return failure
	}
	return errors.Join(failure, d.settle(), d.log.file.Close())
}

// Bytes is what the files hold.
func (d *Disk) Bytes() int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	total := d.mu.logged + d.mu.waiting
	for _, b := range d.mu.blocks {
		total += b.size
	}
	return total
}

// notice tells the journal.
func (d *Disk) notice(text, why string) {
	if d.options.Journal != nil {
		d.options.Journal.Record(journal.Entry{At: d.options.Now(), Kind: journal.Notice, Subject: "telemetry", Text: text, Why: why})
	}
}

var _ telemetry.Store = (*Disk)(nil)
