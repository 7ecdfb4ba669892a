package api

import "time"

// App is the running application.
type App struct {
	Name        string `json:"name" doc:"Name of the application."`
	Environment string `json:"environment" doc:"The overlay that is applied."`
	Root        string `json:"root" doc:"Absolute folder of the file."`
	File        string `json:"file" doc:"Absolute path of banyan.yaml."`
	// Project is the name of the copy, empty for the application itself.
	Project string `json:"project,omitempty" doc:"Name of the copy; empty for the application itself."`
	// Run is the identifier of the time between this up and its down.
	Run     string `json:"run" doc:"Identifier of this run."`
	Version string `json:"version" doc:"Version of the banyan binary that runs it."`
	// Executable is the absolute path of that binary, as it was when it began.
	Executable string    `json:"executable" doc:"Absolute path of that binary."`
	Started    time.Time `json:"started" doc:"When this run began."`
	// Attached is when the present control process took over; equal to Started when it is the first one.
	Attached time.Time `json:"attached" doc:"When the present control process began."`
	PID      int       `json:"pid" doc:"Process id of the control process."`
	Keeper   int       `json:"keeper" doc:"Process id of the keeper."`
	// Gateway, API and Dashboard are URLs; empty where nothing listens.
	Gateway   string `json:"gateway" doc:"URL of the gateway."`
	HTTPS     string `json:"https,omitempty" doc:"URL of the gateway under TLS, where it has one."`
	API       string `json:"api" doc:"URL of this API on loopback."`
	Dashboard string `json:"dashboard" doc:"URL of the page."`
	Phase     Phase  `json:"phase" doc:"starting, running or stopping."`
	// Loaded is when the file that runs was read.
	Loaded time.Time `json:"loaded" doc:"When the file that runs was read."`
	// Refused is why the newest file on disk is not what runs: rendered diagnostics; empty when it is.
	Refused string `json:"refused,omitempty" doc:"Why the newest file does not run, as banyan validate says it."`
	// Moved says of each listener and instance whose kept port somebody has which one it got instead.
	Moved []string `json:"moved,omitempty" doc:"Ports that are others than before, and who has those."`
	// Wanted is what runs of it, Groups what can be asked for beside services.
	Wanted Wish    `json:"wanted,omitzero" doc:"What the run was asked for."`
	Groups []Group `json:"groups,omitempty" doc:"Named subsets of the services."`
	// Problems are failures that are no service's: a listener that could not be opened, a store that dropped records.
	Problems []Problem `json:"problems,omitempty" doc:"What is wrong and belongs to no service."`
	// Cost is what Banyan itself uses; empty where the system does not tell.
	Cost []Process `json:"cost,omitempty" doc:"What Banyan's own processes use."`
}

// Process is one of Banyan's own processes and what it uses.
type Process struct {
	Name string `json:"name" doc:"control or keeper."`
	PID  int    `json:"pid" doc:"Process id."`
	// CPU is a share of one core over the last seconds, Memory anonymous memory in bytes; each is negative when unknown.
	CPU         float64 `json:"cpu" doc:"Share of one core; -1 when unknown."`
	Memory      int64   `json:"memory" doc:"Anonymous memory in bytes; -1 when unknown."`
	Descriptors int     `json:"descriptors" doc:"Open descriptors; -1 when unknown."`
	Goroutines  int     `json:"goroutines" doc:"Goroutines; -1 when unknown."`
}

// Phase is where an application or a service stands.
type Phase string

// The phases of an application are starting, running and stopping; a service has all of them.
const (
	Waiting  Phase = "waiting"
	Building Phase = "building"
	Starting Phase = "starting"
	Running  Phase = "running"
	Failed   Phase = "failed"
	Stopping Phase = "stopping"
	Stopped  Phase = "stopped"
)

// Problem is what is wrong, why, and what to do.
type Problem struct {
	Code string `json:"code" doc:"Stable code; banyan help prints its entry."`
	// Text says what is, in one line.
	Text string `json:"text" doc:"What is wrong."`
	// Where is file:line:column of the line that would change it, empty when none does.
	Where  string   `json:"where,omitempty" doc:"file:line:column."`
	Likely string   `json:"likely,omitempty" doc:"The likely reason."`
	Lines  []string `json:"lines,omitempty" doc:"The last lines that were written."`
	// Exit is the exit code, -1 after a signal; nil when nothing ended.
	Exit   *int   `json:"exit,omitempty" doc:"Exit code, -1 after a signal."`
	Signal string `json:"signal,omitempty" doc:"The signal that ended it."`
	// Instance is whose lines they are.
	Instance string    `json:"instance,omitempty" doc:"The instance that failed."`
	Next     time.Time `json:"next,omitzero" doc:"When it is tried again."`
}
