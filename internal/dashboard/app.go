package dashboard

import (
	"path/filepath"
	"time"
)

// app is the running application, as the API tells it.
type app struct {
	Name        Text      `json:"name"`
	Environment Text      `json:"environment"`
	File        Text      `json:"file"`
	Version     Text      `json:"version"`
	Started     time.Time `json:"started"`
	Gateway     Text      `json:"gateway"`
	HTTPS       Text      `json:"https"`
	Phase       Text      `json:"phase"`
	Loaded      time.Time `json:"loaded"`
	Refused     Text      `json:"refused"`
	Problems    []trouble `json:"problems"`
	Cost        []process `json:"cost"`
}

// process is one of Banyan's own and what it uses; what is unknown is negative.
type process struct {
	Name        Text    `json:"name"`
	PID         int     `json:"pid"`
	CPU         float64 `json:"cpu"`
	Memory      int64   `json:"memory"`
	Descriptors int     `json:"descriptors"`
	Goroutines  int     `json:"goroutines"`
}

// Base is the file's name without its folder.
func (a app) Base() string { return filepath.Base(string(a.File)) }

// The phases of an application and of services that the page tells apart.
const (
	running  = "running"
	failed   = "failed"
	stopping = "stopping"
	stopped  = "stopped"
)

// trouble is what is wrong, why, and what to do.
type trouble struct {
	Code     Text      `json:"code"`
	Text     Text      `json:"text"`
	Where    Text      `json:"where"`
	Likely   Text      `json:"likely"`
	Lines    []Text    `json:"lines"`
	Exit     *int      `json:"exit"`
	Signal   Text      `json:"signal"`
	Instance Text      `json:"instance"`
	Next     time.Time `json:"next"`
}
