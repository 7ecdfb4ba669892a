package diag

// The codes of running services.
const (
	ProgramMissing Code = "BYN-2001"
	PortTaken      Code = "BYN-2002"
	BuildFailed    Code = "BYN-2003"
	ExitedEarly    Code = "BYN-2004"
	CrashLoop      Code = "BYN-2005"
	StopForced     Code = "BYN-2006"
	Ended          Code = "BYN-2007"
	TaskFailed     Code = "BYN-2008"
	NotReady       Code = "BYN-2103"
	BecameUnready  Code = "BYN-2104"
)

var runCodes = []Entry{
	{ProgramMissing, "program missing", "The first word of run or build is no program that can be started.", "Install it, build it, or mend the path, which is relative to dir."},
	{PortTaken, "port taken", "Another process listens on the address.", "Stop the process that is named, or change the address in the file."},
	{BuildFailed, "build failed", "The build command ended with an error.", "Read its last lines, and mend the source."},
	{ExitedEarly, "ended before it was ready", "The process ended before its health check passed.", "Read its last lines; banyan logs shows all."},
	{CrashLoop, "keeps ending", "The process ended several times shortly after its start; it is started again with growing pauses.", "Read its last lines; banyan restart tries at once."},
	{StopForced, "had to be killed", "The process did not end within grace after SIGTERM.", "Handle SIGTERM, or raise grace."},
	{Ended, "ended by itself", "The process ended although nobody had stopped it; it is started again after a pause.", "Read its last lines; banyan logs shows all."},
	{TaskFailed, "task failed", "A task ended with an error, took too long, or could not be started; as a hook it keeps its service from starting.", "Read its last lines; banyan run tries it again, and so does a restart of the service."},
	{NotReady, "did not become ready", "The health check did not pass within its time.", "Check health and the port: the service must listen on $PORT."},
	{BecameUnready, "health check fails", "The health check failed threshold times in a row, so no requests are sent there.", "Read its last lines."},
}
