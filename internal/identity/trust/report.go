package trust

import (
	"fmt"
	"time"
)

// Report is how all stores stand to a root, and what is left to be done.
type Report struct {
	// Trusted says that every store has it, and none was out of reach.
	Trusted bool `json:"trusted"`
	// Left says that something of what was asked for is not done.
	Left        bool      `json:"left"`
	Root        string    `json:"root"`
	Fingerprint string    `json:"fingerprint"`
	Expires     time.Time `json:"expires"`
	Stores      []Found   `json:"stores"`
}

// Found is one store in a report.
type Found struct {
	Name    string `json:"name"`
	Trusted bool   `json:"trusted"`
	// Held is absent, partly or trusted; empty where nobody knows.
	Held string `json:"held,omitempty"`
	// Run is what is to be done still, as a line for a shell; Superuser says that it needs those rights.
	Run       string `json:"run,omitempty"`
	Superuser bool   `json:"superuser,omitempty"`
	// Wrong is what went wrong, or what is missing; Fix mends it.
	Wrong string `json:"wrong,omitempty"`
	Fix   string `json:"fix,omitempty"`
}

// String is how far the store has the root.
func (h Held) String() string { return [...]string{"absent", "partly", "trusted"}[h] }

// Reported makes the report of plans, done or not.
func Reported(m Machine, r Root, fingerprint string, plans []Plan, missing []Missing) Report {
	report := Report{Trusted: true, Root: r.Path, Fingerprint: fingerprint, Expires: r.Certificate.NotAfter, Stores: []Found{}}
	for _, p := range plans {
		f := Found{Name: p.Store.Name(), Trusted: p.Err == nil && p.Held == Trusted, Held: p.Held.String(), Run: p.Line(m), Superuser: p.Barred(m)}
		if p.Err != nil {
			f.Wrong, f.Held = p.Err.Error(), ""
		}
		report.Trusted, report.Left = report.Trusted && f.Trusted, report.Left || f.Run != "" || p.Err != nil
		report.Stores = append(report.Stores, f)
	}
	for _, one := range missing {
		report.Trusted = false
		report.Stores = append(report.Stores, Found{Name: one.Name, Wrong: one.Why, Fix: one.Fix})
	}
	return report
}

// Pending tells whether Banyan itself would do something.
func Pending(plans []Plan, m Machine) bool {
	for _, p := range plans {
		if len(p.Commands) > 0 && p.Err == nil && !p.Barred(m) {
			return true
		}
	}
	return false
}

// Hint is a client that looks into no store, and how it is told of the root.
type Hint struct{ Who, Do string }

// Hints are for clients with lists of their own.
func Hints(r Root) []Hint {
	return []Hint{
		{"Node", "export NODE_EXTRA_CA_CERTS=" + quoted(r.Path)},
		{"Python", fmt.Sprintf("export SSL_CERT_FILE=%s   (trusts this root and no other)", quoted(r.Path))},
		{"Java", fmt.Sprintf("keytool -importcert -cacerts -noprompt -alias banyan-%s -file %s", r.ID, quoted(r.Path))},
	}
}
