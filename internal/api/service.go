package api

import "time"

// Service is a service of the application and how it is.
type Service struct {
	Name  string `json:"name" doc:"Name."`
	Owner string `json:"owner,omitempty" doc:"Who answers for it."`
	// Where is file:line:column of its declaration.
	Where string `json:"where" doc:"Where it is declared."`
	Phase Phase  `json:"phase" doc:"waiting, building, starting, running, failed, stopping or stopped."`
	// Doing says in a few words what it waits for, empty when it runs.
	Doing    string `json:"doing,omitempty" doc:"What it waits for."`
	Desired  int    `json:"desired" doc:"Instances that are wanted."`
	Ready    int    `json:"ready" doc:"Instances that are ready."`
	External bool   `json:"external,omitempty" doc:"Banyan never runs it."`
	Resource bool   `json:"resource,omitempty" doc:"It is a resource, which services use."`
	Protocol string `json:"protocol,omitempty" doc:"What it speaks."`
	Release  string `json:"release,omitempty" doc:"Number and hash of its release, as 3-1f2e3d4c."`
	// BuiltIn is the duration of the last build in seconds, 0 when it came from the cache; Cached says that it did.
	BuiltIn Seconds `json:"builtIn,omitempty" doc:"Seconds that the last build took."`
	Cached  bool    `json:"cached,omitempty" doc:"The build was current."`
	// ReadyIn is from the start of the slowest first instance to its readiness, in seconds.
	ReadyIn Seconds `json:"readyIn,omitempty" doc:"Seconds from start to readiness."`
	// Routes are the path patterns of the gateway that lead here.
	Routes []string `json:"routes,omitempty" doc:"Paths of the gateway that lead here."`
	// HTTPS is its name under TLS, which leads straight to it.
	HTTPS     string     `json:"https,omitempty" doc:"URL that leads straight to it under TLS, where the gateway has HTTPS."`
	Calls     []string   `json:"calls,omitempty" doc:"What it declares to call."`
	Uses      []string   `json:"uses,omitempty" doc:"The resources that it uses."`
	Callers   []string   `json:"callers,omitempty" doc:"Who declares to call or to use it."`
	Instances []Instance `json:"instances,omitempty" doc:"Its instances."`
	Problem   *Problem   `json:"problem,omitempty" doc:"What is wrong."`
	// Absent says that it is not in the set of the run: it is stopped, and nothing is wrong. Because is why it is in it, or why it is not.
	Absent  bool     `json:"absent,omitempty" doc:"It is not in the set of this run."`
	Because []Reason `json:"because,omitempty" doc:"Why it is in the set of this run, or why it is not."`
	// Replaced is nil where its own instances alone answer.
	Replaced *Replaced `json:"replaced,omitempty" doc:"Who answers in its place."`
}

// Seconds is a duration in seconds, as JSON has it.
type Seconds float64

// SecondsOf converts a duration.
func SecondsOf(d time.Duration) Seconds { return Seconds(d.Seconds()) }

// Duration converts back.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// Instance is one running copy.
type Instance struct {
	ID string `json:"id" doc:"Service and number, as orders.2."`
	// State is starting, ready, unready, draining, waiting (for its next try) or ended.
	State   string `json:"state" doc:"starting, ready, unready, draining, waiting or ended."`
	PID     int    `json:"pid,omitempty" doc:"Process id."`
	Address string `json:"address,omitempty" doc:"Where it listens; for operators."`
	Release string `json:"release,omitempty" doc:"Its release."`
	// Started is when the process was started; ReadyIn how long it took to become ready.
	Started  time.Time `json:"started,omitzero" doc:"When the process started."`
	ReadyIn  Seconds   `json:"readyIn,omitempty" doc:"Seconds from start to readiness."`
	Restarts int       `json:"restarts" doc:"How often it was started again after it ended by itself."`
	// CPU is a share of one core over the last seconds, Memory is resident anonymous memory in bytes; negative when unknown.
	CPU    float64 `json:"cpu" doc:"Share of one core; -1 when unknown."`
	Memory int64   `json:"memory" doc:"Anonymous memory in bytes; -1 when unknown."`
	// Last is the newest line that it wrote.
	Last   string `json:"last,omitempty" doc:"Its newest line."`
	Reason string `json:"reason,omitempty" doc:"Why it is not ready."`
	// Debug is where its debugger listens, nil when it has none.
	Debug *Debugging `json:"debug,omitempty" doc:"Where its debugger listens."`
}

// Variable is one environment variable of a service.
type Variable struct {
	Name string `json:"name" doc:"Name."`
	// Value is masked where the name or the value says that it is a secret.
	Value string `json:"value" doc:"Value, masked when secret."`
	// Source is `platform`, `declared call`, `resource`, `env`, `env file` or `environment of banyan up`.
	Source string `json:"source" doc:"Where the value comes from."`
	Where  string `json:"where,omitempty" doc:"file:line:column of the value."`
	// Over are the sources that set it too and lost, the strongest first.
	Over []Origin `json:"over,omitempty" doc:"What it won over, the strongest first."`
}

// Origin is where a value comes from.
type Origin struct {
	Source string `json:"source" doc:"As of a variable."`
	Where  string `json:"where,omitempty" doc:"file:line:column."`
}
