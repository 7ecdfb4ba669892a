//go:build linux || darwin

package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// holder is what the lock file says of who holds it.
type holder struct {
	identity
	Since time.Time `json:"since"`
}

// lockPatience is how long a lock may be held by nobody who is known: by one who sweeps, or who is just ending.
const lockPatience = 3 * time.Second

// lock takes the folder for one keeper. The lock is flock(2)'s: it ends with the process, however that ends. Whoever knows that
// the holder is ending waits for it: a process that was killed closes its sockets before its locks, and lives until then.
func lock(dir string, ending bool) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unusable(dir, err)
	}
	deadline := time.Now().Add(lockPatience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(unusable(dir, err), f.Close())
		}
		if h := readHolder(f); h.alive() && !ending || time.Now().After(deadline) {
			return nil, errors.Join(running(dir, h), f.Close())
		}
		<-tick.C
	}
}

// sign writes who holds the lock into it.
func sign(f *os.File, since time.Time) error {
	b, err := json.Marshal(holder{identify(os.Getpid()), since})
	if err != nil {
		return fmt.Errorf("signing the lock: %w", err)
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("signing the lock: %w", err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		return fmt.Errorf("signing the lock: %w", err)
	}
	return nil
}

// readHolder is the zero holder when the lock is not signed.
func readHolder(f *os.File) holder {
	var h holder
	b := make([]byte, 512)
	n, _ := f.ReadAt(b, 0)
	if json.Unmarshal(b[:n], &h) != nil {
		return holder{}
	}
	return h
}

func running(dir string, h holder) error {
	if h.PID == 0 {
		return diag.At(diag.Position{}, diag.AlreadyRunning, "another banyan uses %s", dir).
			WithHint("wait for it, or stop the application with banyan down")
	}
	return diag.At(diag.Position{}, diag.AlreadyRunning, "this application already runs: process %d, since %s",
		h.PID, h.Since.Local().Format("2006-01-02 15:04:05")).
		WithHint("use it (banyan ps, banyan logs), or stop it with banyan down")
}
