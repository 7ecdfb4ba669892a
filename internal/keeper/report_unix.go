//go:build linux || darwin

package keeper

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/banyan-run/banyan/internal/diag"
)

// The variables by which Spawn names the descriptors that it leaves open.
const (
	reportVariable = "BANYAN_KEEPER_REPORT"
	leashVariable  = "BANYAN_KEEPER_LEASH"
)

// report is the pipe on which a keeper tells who spawned it, once, whether it keeps.
type report struct{ to *os.File }

// news is what the report says: an empty one says that all is well.
type news struct {
	Diagnostic *diag.Diagnostic `json:"diagnostic,omitempty"`
	Error      string           `json:"error,omitempty"`
}

func inheritedReport() *report {
	f, err := inherited(reportVariable, "report")
	if err != nil {
		return &report{}
	}
	return &report{f}
}

func (r *report) ready() { r.say(news{}) }

func (r *report) fail(err error) {
	if err == nil {
		return
	}
	n := news{Error: err.Error()}
	var d diag.Diagnostic
	if errors.As(err, &d) {
		n.Diagnostic = &d
	}
	r.say(n)
}

func (r *report) say(n news) {
	if r.to == nil {
		return
	}
	if b, err := json.Marshal(n); err == nil {
		_, _ = r.to.Write(b) // whoever spawned us may be gone
	}
	_ = r.to.Close()
	r.to = nil
}

// inheritedLeash is nil when Spawn gave none.
func inheritedLeash() *os.File {
	f, err := inherited(leashVariable, "leash")
	if err != nil {
		return nil
	}
	return f
}
