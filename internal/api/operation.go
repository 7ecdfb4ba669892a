package api

// Operation is one thing that the API does. The table below is the only list of them: the server's routes, the OpenAPI
// document and the client's requests are made from it.
type Operation struct {
	// ID is the operation's name in the document; Method and Path its request, with {service}, {task} and {id} as in net/http.
	ID, Method, Path, Summary string
	Query                     []Parameter
	// In and Out are zero values of the models of request and answer; nil is no body.
	In, Out any
	// Stream says that the answer is a stream of server-sent events, each an Out.
	Stream bool
	// Text is the media type of an answer that is no JSON.
	Text string
	// Socket says that it is answered at the control socket only, and not where a token opens.
	Socket bool
}

// Parameter is one of the query.
type Parameter struct{ Name, About string }

var lineFilters = []Parameter{
	{"service", "A service; may be given several times."},
	{"instance", "One instance."},
	{"trace", "A trace id or its unique beginning."},
	{"level", "The least grave level."},
	{"since", "RFC 3339 instant."},
	{"limit", "How many of the newest."},
	{"access", "true: access records as well."},
	{"words", "Words that all stand in the line, in any order and case."},
}

var operations = []Operation{
	{ID: "app", Method: "GET", Path: "/v1/app", Summary: "The application and where it listens.", Out: App{}},
	{ID: "services", Method: "GET", Path: "/v1/services", Summary: "All services, callees first.", Out: []Service{}},
	{ID: "progress", Method: "GET", Path: "/v1/services/watch", Summary: "All services, now and at each change.", Out: []Service{}, Stream: true},
	{ID: "start", Method: "POST", Path: "/v1/start", Summary: "Start services that were stopped or are not in the set, with what they call.", In: Selection{}},
	{ID: "stop", Method: "POST", Path: "/v1/stop", Summary: "Stop services and keep them stopped.", In: Selection{}},
	{ID: "restart", Method: "POST", Path: "/v1/restart", Summary: "Replace each instance without failing a request.", In: Selection{}},
	{ID: "scale", Method: "POST", Path: "/v1/services/{service}/scale", Summary: "Change how many instances are kept.", In: Scale{}},
	{ID: "debug", Method: "POST", Path: "/v1/services/{service}/debug", Summary: "Keep one instance of a service under its debugger.", In: Debug{}, Out: Debugging{}},
	{ID: "undebug", Method: "POST", Path: "/v1/services/{service}/undebug", Summary: "Run a service without its debugger again."},
	{ID: "environment", Method: "GET", Path: "/v1/services/{service}/environment", Summary: "What a service is started with.", Out: []Variable{}},
	{ID: "export", Method: "POST", Path: "/v1/services/{service}/export", Summary: "The environment for a process beside Banyan, secrets included; at the control socket only.", In: Export{}, Out: Exported{}, Socket: true},
	{ID: "attach", Method: "POST", Path: "/v1/services/{service}/attach", Summary: "Send requests to a process that somebody else runs.", In: Attachment{}, Out: Service{}},
	{ID: "detach", Method: "POST", Path: "/v1/services/{service}/detach", Summary: "Give a service back to its own instances.", Out: Service{}},
	{ID: "tasks", Method: "GET", Path: "/v1/tasks", Summary: "All tasks and how they stand.", Out: []Task{}},
	{ID: "runTask", Method: "POST", Path: "/v1/tasks/{task}/run", Summary: "Run a task; ends it when the client leaves.", In: TaskRun{}, Out: TaskEvent{}, Stream: true},
	{ID: "instances", Method: "GET", Path: "/v1/instances", Summary: "The registry: live instances; watch=true streams changes.",
		Query: []Parameter{{"service", "One service."}, {"watch", "true: server-sent events."}}, Text: "application/json"},
	{ID: "plan", Method: "GET", Path: "/v1/plan", Summary: "What a reload would change.", Out: Plan{}},
	{ID: "reload", Method: "POST", Path: "/v1/reload", Summary: "Read the file again and apply it.", Out: Plan{}},
	{ID: "down", Method: "POST", Path: "/v1/down", Summary: "Stop the application; answers at once."},
	{ID: "succeed", Method: "POST", Path: "/v1/succeed", Summary: "Have another banyan binary control the application; answers at once.", In: Successor{}},
	{ID: "call", Method: "POST", Path: "/v1/call", Summary: "Send a request to a service through the mesh, as the operator.", In: Call{}, Out: Answer{}},
	{ID: "explainCall", Method: "GET", Path: "/v1/explain/call", Summary: "What would decide about a call between services.",
		Query: []Parameter{{"caller", "A service, gateway or operator."}, {"callee", "A service."}, {"method", "HTTP method, may be empty."}, {"path", "Path, may be empty."}}, Out: Verdict{}},
	{ID: "explainRequest", Method: "GET", Path: "/v1/explain/request", Summary: "What would decide about a request to the gateway.",
		Query: []Parameter{{"method", "HTTP method."}, {"url", "Path, or URL with a host."}}, Out: Verdict{}},
	{ID: "lines", Method: "GET", Path: "/v1/lines", Summary: "The newest lines of services.", Query: lineFilters, Out: []Line{}},
	{ID: "followLines", Method: "GET", Path: "/v1/lines/follow", Summary: "The newest lines, then each as it comes.", Query: lineFilters, Out: Line{}, Stream: true},
	{ID: "traces", Method: "GET", Path: "/v1/traces", Summary: "The newest traces.",
		Query: []Parameter{{"service", "One that took part."}, {"limit", "How many."}, {"failed", "true: failed ones only."}, {"slower", "At least so long, as 200ms."}}, Out: []TraceSummary{}},
	{ID: "trace", Method: "GET", Path: "/v1/traces/{id}", Summary: "One trace as a waterfall; the id may be a unique beginning.", Out: Trace{}},
	{ID: "rates", Method: "GET", Path: "/v1/rates", Summary: "The traffic of each edge over the last seconds.", Out: Rates{}},
	{ID: "journal", Method: "GET", Path: "/v1/journal", Summary: "What the platform did, and why.", Query: []Parameter{{"limit", "How many of the newest."}}, Out: []Deed{}},
	{ID: "followJournal", Method: "GET", Path: "/v1/journal/follow", Summary: "Each entry as it comes.", Out: Deed{}, Stream: true},
	{ID: "metrics", Method: "GET", Path: "/metrics", Summary: "Metrics in Prometheus' text format.", Text: "text/plain"},
	{ID: "openapi", Method: "GET", Path: "/v1/openapi.json", Summary: "This document.", Text: "application/json"},
}

// Operations returns the table, for documents and tests.
func Operations() []Operation { return operations }

func operationOf(id string) (Operation, bool) {
	for _, op := range operations {
		if op.ID == id {
			return op, true
		}
	}
	return Operation{}, false
}

// Selection names services and groups; none is all of the set.
type Selection struct {
	Services []string `json:"services" doc:"Services and groups; none is all of the set."`
}

// Successor is the program that is to control the application.
type Successor struct {
	Executable string `json:"executable" doc:"Absolute path of a banyan binary."`
}

// Scale is how many instances are wanted.
type Scale struct {
	Replicas int `json:"replicas" doc:"0 to 64."`
}
