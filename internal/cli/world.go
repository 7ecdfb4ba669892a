package cli

import (
	"io"
	"os"
	"time"

	"github.com/banyan-run/banyan/internal/terminal"
)

// World is what a command line has around it.
type World struct {
	In       io.Reader
	Out, Err io.Writer
	// Environ is KEY=value, as in os.Environ.
	Environ []string
	// Dir is the absolute working folder.
	Dir string
	// Executable is this program: up starts it once more as the keeper.
	Executable string
	Now        func() time.Time
	// Screen is what Out can show, ErrScreen what Err can.
	Screen, ErrScreen terminal.Screen
}

// Real is the process's own world.
func Real() World {
	dir, _ := os.Getwd()             // a folder that is gone shows when the file is looked for
	executable, _ := os.Executable() // needed by up alone, which says so
	return World{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Environ: os.Environ(), Dir: dir, Executable: executable, Now: time.Now,
		Screen: terminal.Detect(os.Stdout, os.Getenv), ErrScreen: terminal.Detect(os.Stderr, os.Getenv),
	}
}
