package graph

import (
	"cmp"
	"strconv"

	"github.com/banyan-run/banyan/internal/diag"
)

// Contract is the document that says what a service answers. File is absolute, Shown relative to the application's folder; Text is
// what stands in it, kept only where it is answered from.
type Contract struct {
	File, Shown, Text string
	At                diag.Position
}

// Replaced says who answers in the place of a service, or beside it; the zero one is nobody.
type Replaced struct {
	Override Override
	Attached Attached
}

// Override is decided at the start: the service's own instances are not run.
type Override struct {
	By OverrideKind
	// URL is where another one answers, with By ByURL.
	URL string
}

// OverrideKind is who answers instead.
type OverrideKind string

// ByURL is one that runs elsewhere, ByMock the contract, ByProcess a process that somebody else starts on this machine.
const (
	ByURL     OverrideKind = "url"
	ByMock    OverrideKind = "mock"
	ByProcess OverrideKind = "local"
)

// Attached is a process that somebody else runs on this machine, in an editor say. It is nobody where Port is 0.
type Attached struct {
	Port int
	// Header is the field that a request for it carries, empty where all are; Value is the field's, empty where any is meant.
	Header, Value string
}

// Is tells whether anybody does.
func (r Replaced) Is() bool { return r != Replaced{} }

// String says who answers, in the words of the command line.
func (o Override) String() string {
	switch o.By {
	case ByURL:
		return o.URL
	case ByMock:
		return "mock"
	}
	return string(o.By)
}

// String says which process, and which requests it gets.
func (a Attached) String() string {
	text := "port " + strconv.Itoa(a.Port)
	if a.Header != "" {
		text += " for " + a.Field()
	}
	return text
}

// Field is the header that a request carries, as `X-Dev: me`; empty where all requests are meant.
func (a Attached) Field() string {
	if a.Value == "" {
		return a.Header
	}
	return a.Header + ": " + a.Value
}

// String says who answers.
func (r Replaced) String() string {
	if r.Attached.Port > 0 {
		return r.Attached.String()
	}
	return r.Override.String()
}

// AttachedTo is under which name the registry has the process that is attached to a service. It is no name of a service.
func AttachedTo(service string) string { return service + " (attached)" }

// Runs tells whether Banyan runs instances of the service.
func (s *Service) Runs() bool { return s.Replaced.Override.By == "" }

// Replaced finds who answers in the place of a service or an external one.
func (a *App) Replaced(name string) Replaced {
	if s, ours := a.Service(name); ours {
		return s.Replaced
	}
	if e, known := a.ExternalService(name); known {
		return e.Replaced
	}
	return Replaced{}
}

// With is the application in which these, and no others, are replaced; names that it does not have are passed over. a is not
// changed. The text of a contract is kept where a mock answers from it.
func (a *App) With(replaced map[string]Replaced) *App {
	next := *a
	next.Services, next.External = make([]*Service, len(a.Services)), make([]*External, len(a.External))
	for i, s := range a.Services {
		changed := *s
		changed.Replaced = replaced[s.Name]
		changed.Contract.Text = changed.Replaced.read(s.Contract)
		next.Services[i] = &changed
	}
	for i, e := range a.External {
		changed := *e
		changed.Replaced = replaced[e.Name]
		changed.Contract.Text = changed.Replaced.read(e.Contract)
		next.External[i] = &changed
	}
	return &next
}

func (r Replaced) read(c Contract) string {
	if r.Override.By != ByMock {
		return ""
	}
	return c.Text
}

// Where is the contract's place for people: the document, or the line that would name one.
func (c Contract) Where() string { return cmp.Or(c.Shown, c.At.String()) }
