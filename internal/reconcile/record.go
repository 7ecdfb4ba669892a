package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/atomicfile"
	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/subset"
)

const (
	recordName    = "reconcile.json"
	recordVersion = 1
)

// record is what outlives the control process: releases and builds for ever, the rest within one run.
type record struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	// Down says that everything is being stopped, and that nothing may be started any more.
	Down bool `json:"down,omitempty"`
	// Set is what the operator wants to run, nil before the run began.
	Set      *subset.Wish       `json:"set,omitempty"`
	Services map[string]*memory `json:"services"`
}

// memory is what is kept of one service.
type memory struct {
	// Last is the highest number of a release, Releases the newest ones.
	Last     int     `json:"last,omitempty"`
	Releases []stamp `json:"releases,omitempty"`
	Built    *built  `json:"built,omitempty"`
	Within   within  `json:"within,omitzero"`
}

// within is what holds for one run.
type within struct {
	Stopped bool `json:"stopped,omitempty"`
	// Scale is the operator's count, nil when the file's holds.
	Scale      *int `json:"scale,omitempty"`
	Generation int  `json:"generation,omitempty"`
	// Current is the release that instances are started from, Spec the hash of the specification that it was made of.
	Current string `json:"current,omitempty"`
	Spec    string `json:"spec,omitempty"`
	// Pending says why its sources were to be looked at again, empty when they were not; Again that each instance is to be
	// replaced then.
	Pending string `json:"pending,omitempty"`
	Again   bool   `json:"again,omitempty"`
	// Followed is the release after which its tasks were run.
	Followed string `json:"followed,omitempty"`
	// Debug is the session under whose debugger its one instance is kept.
	Debug *debugger.Session `json:"debug,omitempty"`
}

// built is the last build that succeeded.
type built struct {
	Command string `json:"command"`
	// Sources is their hash before it, Artifact that of what it made.
	Sources  string `json:"sources"`
	Artifact string `json:"artifact,omitempty"`
}

// readRecord reads what was kept; wishes of another run are dropped. What cannot be read is as nothing and told: only
// numbers of releases and the cache of builds are lost.
func readRecord(m Means) *record {
	fresh := &record{Version: recordVersion, Run: m.Run, Services: map[string]*memory{}}
	if m.Folder == "" {
		return fresh
	}
	var r record
	text, err := os.ReadFile(filepath.Join(m.Folder, recordName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fresh
	case err == nil:
		err = json.Unmarshal(text, &r)
	}
	if err == nil && r.Version != recordVersion {
		err = fmt.Errorf("it is of version %d, and this banyan reads version %d", r.Version, recordVersion)
	}
	if err != nil {
		m.Journal.Record(journal.Entry{Kind: journal.Notice, Subject: "releases", Text: "what was kept of releases cannot be read; they are numbered anew", Why: err.Error()})
		return fresh
	}
	for name, one := range r.Services {
		if one == nil {
			delete(r.Services, name)
		}
	}
	if r.Services == nil {
		r.Services = map[string]*memory{}
	}
	if r.Run != m.Run {
		r.forget()
		r.Run = m.Run
	}
	return &r
}

// forget drops what holds for one run only.
func (r *record) forget() {
	r.Down, r.Set = false, nil
	for _, one := range r.Services {
		one.Within = within{}
	}
}

// of is a service's memory, made when it has none.
func (r *record) of(service string) *memory {
	if r.Services[service] == nil {
		r.Services[service] = &memory{}
	}
	return r.Services[service]
}

// remember writes the record when it changed. It is called before what it says is acted on.
func (l *loop) remember() {
	if l.means.Folder == "" {
		return
	}
	text, err := json.Marshal(l.record)
	if err == nil && !bytes.Equal(text, l.written) {
		err = atomicfile.Replace(filepath.Join(l.means.Folder, recordName), text, 0o600)
		l.written = text
	}
	if err != nil && !l.told {
		l.told = true
		l.note("releases", "releases and wishes cannot be kept for the next time", err.Error())
	}
}
