package telemetry

// The attributes that Banyan's own spans carry: OpenTelemetry semantic conventions 1.37, HTTP and RPC spans
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), and one of our own.
const (
	RequestMethod   = "http.request.method"
	StatusCode      = "http.response.status_code"
	RequestBody     = "http.request.body.size"
	ResponseBody    = "http.response.body.size"
	ResendCount     = "http.request.resend_count"
	HTTPRoute       = "http.route"
	URLPath         = "url.path"
	ServerAddress   = "server.address"
	ServiceInstance = "service.instance.id"
	ProtocolName    = "network.protocol.name"
	ProtocolVersion = "network.protocol.version"
	ErrorType       = "error.type"
	RPCSystem       = "rpc.system"
	RPCService      = "rpc.service"
	RPCMethod       = "rpc.method"
	GRPCStatus      = "rpc.grpc.status_code"
	// Caller is the service that asked.
	Caller = "banyan.caller"
)
