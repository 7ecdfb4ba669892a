package graph

import (
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Service is a named, independently deployed unit.
type Service struct {
	Name  string
	At    diag.Position
	Owner string
	// Dir is the absolute folder in which build and run are started.
	Dir   string
	Build Command
	Run   Command
	// Env is in the order of the file.
	Env []Variable
	// Files are the variables of the files in EnvFiles, a later one over an earlier one; EnvFiles are absolute, the missing included.
	Files    []Variable
	EnvFiles []string
	Health   Health
	Replicas Replicas
	Protocol Protocol
	// Calls are sorted by callee. CallsAt is the key that holds them, nowhere when there is none; CallsListed says that they are
	// a list of names.
	Calls       []*Call
	CallsAt     diag.Position
	CallsListed bool
	Grace       time.Duration
	Watch       Watch
	// Uses are the resources that it uses, in the order of the file. Resource is the one that it is itself, nil for a service.
	Uses     []Use
	Resource *Resource
	Hooks    Hooks
	// Contract has no File where none is declared.
	Contract Contract
	Replaced Replaced
}

// Command is a program and its arguments; no shell reads it. It is empty when not declared.
type Command struct {
	Argv []string
	At   diag.Position
}

// Variable is one entry of env, or a line of a file of variables.
type Variable struct {
	Name, Value string
	At          diag.Position
	// Covered says of a file's that the platform or the environment of banyan sets the same, which wins.
	Covered bool `json:",omitempty"`
}

// Given are the variables of env and of files that an instance gets: of two with one name the one that wins; env's come first.
func (s *Service) Given() []Variable {
	all := slices.Clone(s.Env)
	at := map[string]int{}
	for i, v := range s.Env {
		at[v.Name] = i
	}
	for _, v := range s.Files {
		i, known := at[v.Name]
		switch {
		case v.Covered || known && i < len(s.Env):
		case known:
			all[i] = v
		default:
			at[v.Name] = len(all)
			all = append(all, v)
		}
	}
	return all
}

// Replicas is how many instances are kept.
type Replicas struct {
	Count int
	At    diag.Position
}

// Call is a declared synchronous edge.
type Call struct {
	To      string
	At      diag.Position
	Timeout time.Duration
	Retry   Retry
	// Allow lists what may be called; empty is everything.
	Allow []Allow
}

// Allow is a method (`*` for any) and a path pattern.
type Allow struct {
	Method, Path string
	At           diag.Position
}

// Retry says how often and after what a call is tried again.
type Retry struct {
	// Attempts counts the first one.
	Attempts int
	// On holds statuses and the word `connect`; empty means the default of the data plane.
	On []string
	At diag.Position
}

// Call finds the declared call to a callee.
func (s *Service) Call(to string) (*Call, bool) {
	for _, c := range s.Calls {
		if c.To == to {
			return c, true
		}
	}
	return nil, false
}

// Protocol is what an instance speaks.
type Protocol string

// The protocols of expose.
const (
	Auto  Protocol = "auto"
	HTTP1 Protocol = "http1"
	H2C   Protocol = "h2c"
	GRPC  Protocol = "grpc"
	TCP   Protocol = "tcp"
)

// Health is how readiness and health are probed.
type Health struct {
	Kind HealthKind
	// Path is for HTTP; Service for gRPC, empty for the whole server.
	Path, Service string
	// Interval lies between probes, Timeout bounds one, Threshold failures in a row make an instance unready, Within bounds
	// the first success.
	Interval, Timeout, Within time.Duration
	Threshold                 int
	At                        diag.Position
}

// HealthKind is the protocol of a probe.
type HealthKind string

// The kinds of probes; ByPort, the default, is ready when the port accepts, and what is Unprobed as soon as it runs.
const (
	ByPort   HealthKind = "port"
	ByHTTP   HealthKind = "http"
	ByGRPC   HealthKind = "grpc"
	Unprobed HealthKind = "none"
)

// Listens tells whether instances listen at a port: a worker is not probed, is given no port, and cannot be called.
func (s *Service) Listens() bool { return s.Health.Kind != Unprobed }

// Watch says whether and which changed sources rebuild and restart the service.
type Watch struct {
	On bool
	// Paths and Ignore are patterns relative to dir; empty Paths means all that git does not ignore.
	Paths, Ignore []string
	At            diag.Position
}

// External is a service that Banyan never runs. Exactly one of URL and Endpoints is set.
type External struct {
	Name      string
	At        diag.Position
	URL       string
	Endpoints []string
	// Health is the path to probe; empty means that it is taken to be healthy.
	Health string
	// Contract has no File where none is declared.
	Contract Contract
	Replaced Replaced
}
