package api

import "time"

// Deed is one entry of the journal.
type Deed struct {
	At      time.Time `json:"at" doc:"When."`
	Kind    string    `json:"kind" doc:"up, build, start, ready, unready, stop, exit, crash, restart, scale, reload, …"`
	Subject string    `json:"subject" doc:"What it was done to."`
	Text    string    `json:"text" doc:"What was done."`
	Why     string    `json:"why,omitempty" doc:"The cause."`
	Where   string    `json:"where,omitempty" doc:"file:line:column."`
	Code    string    `json:"code,omitempty" doc:"Stable code."`
	Lines   []string  `json:"lines,omitempty" doc:"Last lines of what failed."`
}
