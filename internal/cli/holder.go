package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/keeper"
)

// holder is who the keeper's record says holds the folder: needed only where the control API does not answer.
type holder struct {
	Keeper  process `json:"keeper"`
	Control process `json:"control"`
}

type process struct {
	PID int `json:"pid"`
}

// holder reads the record, which is true only while the folder is held.
func (p place) holder() holder {
	var h holder
	text, err := os.ReadFile(filepath.Join(p.Run(), "keeper.json"))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return holder{}
	}
	return h
}

// signal reaches a process that may be gone.
func (p process) signal(sig os.Signal) {
	if p.PID <= 1 {
		return
	}
	if running, err := os.FindProcess(p.PID); err == nil {
		_ = running.Signal(sig) // gone is what was wanted
	}
}

// exists tells whether there is such a process; one that ended counts until its parent has collected it.
func (p process) exists() bool {
	running, err := os.FindProcess(p.PID)
	return p.PID > 1 && err == nil && running.Signal(syscall.Signal(0)) == nil
}

// lives tells whether a keeper holds the folder: then somebody will answer at the control socket again.
func (p place) lives() bool {
	if !p.holder().Keeper.exists() {
		return false
	}
	_, held, _ := p.sweep()
	return held
}

// sweep ends what a dead keeper left and tells whether the folder is held by a living one.
func (p place) sweep() (killed []int, held bool, err error) {
	killed, err = keeper.Sweep(p.Run(), "")
	var d diag.Diagnostic
	if errors.As(err, &d) && d.Code == diag.AlreadyRunning {
		return nil, true, nil
	}
	return killed, false, err
}

const lookEvery = 20 * time.Millisecond

// released is closed when no keeper holds the folder and nobody answers any more, or ctx ends.
func (p place) released(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			if _, held, err := p.sweep(); err == nil && !held && !p.answers() {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	return gone
}

// answers tells whether somebody still listens at the control socket: a killed process may do so until its last thread ended.
func (p place) answers() bool {
	conn, err := net.Dial("unix", p.Socket())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// force kills the keeper, which takes its children with it, then the control process, and sweeps what is left.
func (p place) force(ctx context.Context) error {
	h := p.holder()
	h.Keeper.signal(syscall.SIGKILL)
	h.Control.signal(syscall.SIGKILL)
	ctx, cancel := context.WithTimeout(ctx, forceWithin)
	defer cancel()
	<-p.released(ctx)
	if _, held, err := p.sweep(); err != nil || held {
		return errors.Join(errors.New("something that was killed does not end"), err)
	}
	return nil
}

const forceWithin = 10 * time.Second
