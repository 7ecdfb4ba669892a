package dashboard

import (
	"fmt"
	"slices"
	"time"
)

// service is a service and how it is, as the API tells it.
type service struct {
	Name      Text       `json:"name"`
	Owner     Text       `json:"owner"`
	Where     Text       `json:"where"`
	Phase     Text       `json:"phase"`
	Doing     Text       `json:"doing"`
	Desired   int        `json:"desired"`
	Ready     int        `json:"ready"`
	External  bool       `json:"external"`
	Resource  bool       `json:"resource"`
	Uses      []Text     `json:"uses"`
	Protocol  Text       `json:"protocol"`
	Release   Text       `json:"release"`
	BuiltIn   seconds    `json:"builtIn"`
	Cached    bool       `json:"cached"`
	ReadyIn   seconds    `json:"readyIn"`
	Routes    []Text     `json:"routes"`
	HTTPS     Text       `json:"https"`
	Calls     []Text     `json:"calls"`
	Callers   []Text     `json:"callers"`
	Instances []instance `json:"instances"`
	Problem   *trouble   `json:"problem"`
	Absent    bool       `json:"absent"`
	Because   []because  `json:"because"`
	Replaced  *replaced  `json:"replaced"`
}

// because is why a service is in the set of the run, or why it is not.
type because struct {
	Text  Text `json:"text"`
	Where Text `json:"where"`
}

// replaced is who answers in the service's place, or beside it.
type replaced struct {
	Override Text `json:"override"`
	Port     int  `json:"port"`
	Header   Text `json:"header"`
	Reason   Text `json:"reason"`
	Undo     Text `json:"undo"`
}

// Says is what stands beside the service's name.
func (r *replaced) Says() string {
	text := "overridden by " + string(r.Override)
	switch {
	case r.Port > 0 && r.Header != "":
		return fmt.Sprintf("attached to port %d for %s", r.Port, r.Header)
	case r.Port > 0:
		return fmt.Sprintf("attached to port %d", r.Port)
	case r.Override == "mock":
		return "mocked: answers come from its contract"
	}
	return text
}

// instance is one running copy; CPU and Memory are negative when unknown.
type instance struct {
	ID       Text      `json:"id"`
	State    Text      `json:"state"`
	PID      int       `json:"pid"`
	Address  Text      `json:"address"`
	Release  Text      `json:"release"`
	Started  time.Time `json:"started"`
	ReadyIn  seconds   `json:"readyIn"`
	Restarts int       `json:"restarts"`
	CPU      float64   `json:"cpu"`
	Memory   int64     `json:"memory"`
	Last     Text      `json:"last"`
	Reason   Text      `json:"reason"`
	Debug    *struct {
		Address Text `json:"address"`
	} `json:"debug"`
}

// variable is one of a service's environment; the API has masked what is secret.
type variable struct {
	Name   Text `json:"name"`
	Value  Text `json:"value"`
	Source Text `json:"source"`
	Where  Text `json:"where"`
}

// seconds is a duration in seconds.
type seconds float64

func (s seconds) duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// Grade is how bad it is: the word is the class that colours it, and the order of grades is the order of what is shown.
type Grade int

// The grades, from what needs nobody to what needs somebody now.
const (
	Calm Grade = iota
	Coming
	Unready
	Broken
)

// String is the grade's class.
func (g Grade) String() string { return [...]string{"calm", "coming", "unready", "broken"}[g] }

// Grade says how bad the service is. What was stopped on purpose is calm.
func (s service) Grade() Grade {
	switch {
	case s.Phase == failed:
		return Broken
	case s.Problem != nil:
		return Unready
	case s.Phase == stopped, s.Phase == stopping:
		return Calm
	case s.Phase != running, s.Ready < s.Desired:
		return Coming
	}
	return Calm
}

// Says is the word for its phase.
func (s service) Says() Text {
	switch by := s.Replaced; {
	case s.Absent && s.Phase == stopped:
		return "not in the set"
	case s.Phase != running:
		return s.Phase
	case by != nil && by.Port > 0:
		return "attached"
	case by != nil && by.Override == "mock":
		return "mock"
	case by != nil:
		return "overridden"
	case s.External:
		return "external"
	case s.Absent && s.Phase == stopped:
		return "not in the set"
	case s.Phase == running && slices.ContainsFunc(s.Instances, func(i instance) bool { return i.Debug != nil }):
		return "debugging"
	}
	if s.Resource && s.Phase == running {
		return "resource"
	}
	return s.Phase
}

// Last is the newest line of a service: of its problem, or of the first instance that wrote one.
func (s service) Last() Text {
	if s.Problem != nil && len(s.Problem.Lines) > 0 {
		return s.Problem.Lines[len(s.Problem.Lines)-1]
	}
	for _, i := range s.Instances {
		if i.Last != "" {
			return i.Last
		}
	}
	return ""
}

// CPU adds up what is known, -1 when nothing is.
func (s service) CPU() float64 {
	sum := -1.0
	for _, i := range s.Instances {
		if i.CPU >= 0 {
			sum = max(sum, 0) + i.CPU
		}
	}
	return sum
}

// Memory adds up what is known, -1 when nothing is.
func (s service) Memory() int64 {
	sum := int64(-1)
	for _, i := range s.Instances {
		if i.Memory >= 0 {
			sum = max(sum, 0) + i.Memory
		}
	}
	return sum
}

// Restarts adds up those of the instances.
func (s service) Restarts() int {
	sum := 0
	for _, i := range s.Instances {
		sum += i.Restarts
	}
	return sum
}

// Grade colours an instance's state.
func (i instance) Grade() Grade {
	switch i.State {
	case "ready", "draining":
		return Calm
	case "starting":
		return Coming
	case "unready":
		return Unready
	}
	return Broken
}
