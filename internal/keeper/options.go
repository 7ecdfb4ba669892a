package keeper

import (
	"io"
	"os"
	"time"
)

// Options say what a keeper keeps.
type Options struct {
	// Dir is .banyan/run of the application: lock, record and log lie there. It is made, 0700, where it is missing.
	Dir string
	// Run is the id of this run; every process of it carries it as BANYAN_RUN.
	Run string
	// Control is the argv of the control process, which is started again when it dies.
	Control []string
	// Leash, or the one that Spawn left open, ends the run at its EOF: who held it died or left.
	Leash *os.File
	// Log takes a line for each thing that went wrong; nil is stderr.
	Log io.Writer
}

const (
	// A control process that ends sooner than briefLife counts as broken; after so many in a row the keeper gives up.
	briefLife   = time.Second
	brokenLimit = 5
	// retireWithin bounds the ordered end that the control process is asked for, farewell its own end afterwards.
	retireWithin = 2 * time.Minute
	farewell     = 5 * time.Second
)
