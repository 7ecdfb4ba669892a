package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// Grade is how a check ended.
type Grade string

// The grades. A warning is what may be right and often is not; what failed stops an application or one of its calls.
const (
	Fine    Grade = "ok"
	Warning Grade = "warning"
	Failed  Grade = "failed"
)

// Result is one thing that a check found.
type Result struct {
	Grade Grade  `json:"grade"`
	Found string `json:"found"`
	// Fix is a command, or a line with its place; empty when all is right.
	Fix string `json:"fix,omitempty"`
}

// Finding is a result with the check that found it.
type Finding struct {
	Check string `json:"check"`
	Result
	Why string `json:"why"`
}

// Check is one thing to look at. Look is pure but for its probe, which whoever makes the check hands in.
type Check struct {
	Name string
	// Why says in a sentence what goes wrong without it.
	Why  string
	Look func(context.Context, Subject) []Result
}

// Subject is what is examined.
type Subject struct {
	// App is nil without a file; Faults then say what is wrong with the file, if there is one.
	App    *graph.App
	Faults diag.List
	// Dir is the folder of the file, or the working folder.
	Dir string
	// Environ is KEY=value, as in os.Environ: what services would inherit.
	Environ []string
	Banyan  Banyan
	// Running tells that the application of Dir runs, and so holds its ports.
	Running bool
}

// Banyan is this program, and where it keeps what.
type Banyan struct {
	// Version and System are for people.
	Version, System string
	// State is the application's folder, Runtime the user's, Socket the control socket that was chosen.
	State, Runtime, Socket string
}

// Report is all that was found, in the order of the checks.
type Report struct {
	OK       bool      `json:"ok"`
	Text     string    `json:"text"`
	App      string    `json:"app,omitempty"`
	Version  string    `json:"version"`
	System   string    `json:"system"`
	Findings []Finding `json:"findings"`
	Support  []Support `json:"support"`
}

// Patience is how long Run waits for the slowest check.
const Patience = 800 * time.Millisecond

// linger is what checks have after that, or after Ctrl-C, to end what they started.
const linger = 50 * time.Millisecond

// Run looks with all checks at once, within Patience or until ctx ends.
func Run(ctx context.Context, s Subject, checks []Check) Report {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	late := make(chan struct{})
	defer context.AfterFunc(ctx, func() { time.AfterFunc(linger, func() { close(late) }) })()
	answers := make([]chan []Result, len(checks))
	for i, c := range checks {
		answers[i] = make(chan []Result, 1) // a late answer goes nowhere, and holds nobody
		go func() { answers[i] <- c.Look(ctx, s) }()
	}
	r := Report{Version: s.Banyan.Version, System: s.Banyan.System, Findings: []Finding{}, Support: Systems()}
	if s.App != nil {
		r.App = s.App.Name
	}
	for i, c := range checks {
		for _, found := range await(answers[i], late) {
			r.Findings = append(r.Findings, Finding{c.Name, found, c.Why})
		}
	}
	r.conclude()
	return r
}

func await(answer <-chan []Result, late <-chan struct{}) []Result {
	select {
	case found := <-answer:
		return found
	case <-late:
	}
	select { // both may be ready, and select then picks either
	case found := <-answer:
		return found
	default:
		return warning("nobody knows: the system did not answer in time", "look at network disks and name servers (mount, cat /etc/resolv.conf), then try again")
	}
}

// conclude counts the grades.
func (r *Report) conclude() {
	failed, warned := r.count(Failed), r.count(Warning)
	r.OK = failed == 0
	switch {
	case failed > 0:
		r.Text = fmt.Sprintf("%s failed, %s", checks(failed), warnings(warned))
	case warned > 0:
		r.Text = "nothing failed, " + warnings(warned)
	default:
		r.Text = "all is right"
	}
}

func (r *Report) count(g Grade) int {
	n := 0
	for _, f := range r.Findings {
		if f.Grade == g {
			n++
		}
	}
	return n
}

func checks(n int) string {
	if n == 1 {
		return "1 check"
	}
	return fmt.Sprintf("%d checks", n)
}

func warnings(n int) string {
	switch n {
	case 0:
		return "no warning"
	case 1:
		return "1 warning"
	}
	return fmt.Sprintf("%d warnings", n)
}

func fine(format string, args ...any) []Result {
	return []Result{{Grade: Fine, Found: fmt.Sprintf(format, args...)}}
}

func warning(found, fix string) []Result { return []Result{{Warning, found, fix}} }

func failed(found, fix string) []Result { return []Result{{Failed, found, fix}} }
