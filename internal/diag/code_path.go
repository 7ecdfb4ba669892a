package diag

// The codes of a request on its path.
const (
	CallNotDeclared  Code = "BYN-3001"
	CallNotAllowed   Code = "BYN-3002"
	WrongHost        Code = "BYN-3003"
	NoRoute          Code = "BYN-3004"
	MethodNotAllowed Code = "BYN-3005"
	NotInContract    Code = "BYN-3006"
	BadRequest       Code = "BYN-3010"
	BadPath          Code = "BYN-3011"
	HeadTooLarge     Code = "BYN-3012"
	BodyTooLarge     Code = "BYN-3013"
	RequestTimeout   Code = "BYN-3014"
	NoInstance       Code = "BYN-3020"
	ConnectFailed    Code = "BYN-3021"
	UpstreamReset    Code = "BYN-3022"
	UpstreamTimeout  Code = "BYN-3023"
	BadAnswer        Code = "BYN-3024"
	ClientGone       Code = "BYN-3025"
	Internal         Code = "BYN-3030"
)

var pathCodes = []Entry{
	{CallNotDeclared, "Call not declared", "The caller declares no call to the service.", "Declare it under calls of the caller."},
	{CallNotAllowed, "Call not allowed", "The declared call allows other methods or paths.", "Extend allow of the call."},
	{WrongHost, "Host names another service", "The request came to one service's address and names another in Host.", "Use the address that was given for the service."},
	{NoRoute, "No route", "No route of the gateway matches the host and path.", "Add a route; banyan explain GET PATH tells which rules were tried."},
	{MethodNotAllowed, "Method not allowed", "Routes match the path with other methods only.", "Use an allowed method, or extend method of the route."},
	{NotInContract, "Not in the contract", "A mock answers from the service's contract, and the request does not fit it.", "Send what the contract declares, or add it to the contract at the line that is named."},
	{BadRequest, "Bad request", "The request does not follow RFC 9110 or RFC 9112.", "Mend the client."},
	{BadPath, "Bad path", "The path has a form that different servers read differently, so it is refused.", "Send the path without encoded slashes, dot segments with parameters, or bad escapes."},
	{HeadTooLarge, "Head too large", "The request's head exceeds the bound of size or of field count.", "Send smaller header fields."},
	{BodyTooLarge, "Body too large", "The request's body exceeds the bound.", "Send a smaller body."},
	{RequestTimeout, "Request too slow", "The head or the body of the request did not arrive in time.", "Mend the client or its network."},
	{NoInstance, "No instance", "No instance of the service is ready.", "banyan ps and banyan logs tell why."},
	{ConnectFailed, "Connection failed", "The instance does not accept connections.", "banyan logs tells why it does not listen."},
	{UpstreamReset, "Connection broke", "The instance ended the connection before the answer was complete.", "banyan logs of the service tells why."},
	{UpstreamTimeout, "No answer in time", "The instance did not answer within the timeout.", "Raise timeout of the route or the call, or make the service faster; banyan trace shows where the time went."},
	{BadAnswer, "Malformed answer", "The instance's answer does not follow RFC 9110 or RFC 9112.", "Mend the service."},
	{ClientGone, "Client left", "The client closed the connection before the answer.", "Nothing to mend here."},
	{Internal, "Internal error", "Banyan failed in a way it should not.", "Please report it, with banyan version and the trace id."},
}
