package diag

// The codes of commands and the control API.
const (
	NotRunning     Code = "BYN-4001"
	AlreadyRunning Code = "BYN-4002"
	NoSuchService  Code = "BYN-4003"
	Unauthorized   Code = "BYN-4004"
	ForeignOrigin  Code = "BYN-4005"
	BadArgument    Code = "BYN-4006"
	NoFile         Code = "BYN-4007"
	StateUnusable  Code = "BYN-4008"
	NoSuchTrace    Code = "BYN-4009"
	WaitExpired    Code = "BYN-4010"
	Unsupported    Code = "BYN-4011"
	NoSuchThing    Code = "BYN-4012"
	NoSuchTask     Code = "BYN-4013"
	// The user's certificate authority has codes of its own.
	AuthorityUnusable Code = "BYN-4020"
	AuthorityTrusted  Code = "BYN-4021"
)

var controlCodes = []Entry{
	{NotRunning, "application not running", "No control process answers for this folder.", "Start it with banyan up."},
	{AlreadyRunning, "application already running", "Another banyan up runs in this folder.", "Use it, or stop it with banyan down."},
	{NoSuchService, "no such service", "The running application has no service of this name.", "banyan ps lists them."},
	{Unauthorized, "token missing or wrong", "The API on loopback answers only with the token of this run.", "banyan dashboard opens the page with it."},
	{ForeignOrigin, "foreign Host or Origin", "The request names another host or comes from another origin, as a rebinding attack would.", "Use the address that banyan up prints."},
	{BadArgument, "bad argument", "The command or API call was given an argument that it cannot use.", "See --help of the command."},
	{NoFile, "no banyan.yaml", "Neither this folder nor one above it has a banyan.yaml.", "Change the folder, or name the file with --file."},
	{StateUnusable, "state cannot be used", "The .banyan folder cannot be written, is full, or is of another version.", "Mend its permissions or free space; it can be deleted to start afresh."},
	{NoSuchTrace, "no such trace", "No span of the trace is stored: it is older than the retention, or was never seen.", "banyan trace --last shows the newest."},
	{WaitExpired, "not ready in time", "Not every service became ready within the wait.", "banyan status tells which, and why."},
	{Unsupported, "not supported here", "This system cannot do it.", "docs/capabilities.md tells which systems can."},
	{NoSuchTask, "no such task", "No task has this name.", "banyan run lists the tasks."},
	{NoSuchThing, "not found", "There is nothing of this name or at this address.", "banyan status lists what there is; GET /v1/openapi.json the operations of the control API."},
	{AuthorityUnusable, "certificate authority cannot be used", "The user's certificate authority is damaged, has expired, or could be read by others.", "Make a new one: banyan trust --remove, remove the folder that is named, then banyan trust."},
	{AuthorityTrusted, "certificate authority still trusted", "The root is in a trust store of the system or of a browser, where it would stay behind.", "Take it out with banyan trust --remove first."},
}
