package dashboard

import (
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
)

// line is one line that a service wrote.
type line struct {
	At       time.Time `json:"at"`
	Service  Text      `json:"service"`
	Instance Text      `json:"instance"`
	Stream   Text      `json:"stream"`
	Level    Text      `json:"level"`
	Text     Text      `json:"text"`
	Trace    Text      `json:"trace"`
}

// From is the instance, or the service where no instance is known.
func (l line) From() Text {
	if l.Instance != "" {
		return l.Instance
	}
	return l.Service
}

// Raw is the line as it was written, where the page shows it in another form.
func (l line) Raw() Text {
	if said(l.Text) == l.Text {
		return ""
	}
	return l.Text
}

// reserved tells the names that no service may have: they have no page.
func reserved(name Text) bool {
	return slices.Contains([]Text{"gateway", "banyan", "platform", "operator", ""}, name)
}

// summary is one line about a trace.
type summary struct {
	ID       Text      `json:"id"`
	Name     Text      `json:"name"`
	Service  Text      `json:"service"`
	Status   int       `json:"status"`
	Failed   bool      `json:"failed"`
	Start    time.Time `json:"start"`
	Duration seconds   `json:"duration"`
	Hops     int       `json:"hops"`
	Retries  int       `json:"retries"`
}

// Grade colours the status: a failure within an answer that went well is a warning.
func (s summary) Grade() Grade {
	switch {
	case s.Failed && s.Status >= 500, s.Failed && s.Status == 0:
		return Broken
	case s.Failed, s.Status >= 400:
		return Unready
	}
	return Calm
}

// Within says that a hop failed although the answer did not.
func (s summary) Within() bool { return s.Failed && s.Status > 0 && s.Status < 500 }

// trace is one trace as a waterfall.
type trace struct {
	summary
	Rows  []hop  `json:"rows"`
	Lines int    `json:"lines"`
	Notes []Text `json:"notes"`
}

// hop is one row of a waterfall.
type hop struct {
	Depth    int     `json:"depth"`
	Name     Text    `json:"name"`
	What     Text    `json:"what"`
	Offset   seconds `json:"offset"`
	Duration seconds `json:"duration"`
	Status   Text    `json:"status"`
	Failed   bool    `json:"failed"`
	Critical bool    `json:"critical"`
	Retry    bool    `json:"retry"`
	Message  Text    `json:"message"`
}

// deed is one entry of the journal.
type deed struct {
	At      time.Time `json:"at"`
	Kind    Text      `json:"kind"`
	Subject Text      `json:"subject"`
	Text    Text      `json:"text"`
	Why     Text      `json:"why"`
	Where   Text      `json:"where"`
	Code    Text      `json:"code"`
	Lines   []Text    `json:"lines"`
}

// Grade colours the kind.
func (d deed) Grade() Grade {
	switch journal.Kind(d.Kind) {
	case journal.Crash, journal.Refused, journal.Exit:
		return Broken
	case journal.Unready, journal.Notice, journal.Takeover:
		return Unready
	}
	return Calm
}

// Grade colours the level.
func (l line) Grade() Grade {
	switch l.Level {
	case "ERROR", "FATAL":
		return Broken
	case "WARN":
		return Unready
	}
	return Calm
}
