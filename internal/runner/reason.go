package runner

import (
	"fmt"
	"regexp"
	"strings"
)

// Ending is what is known of a process that ended.
type Ending struct {
	// Code is the exit code, or 128 and the signal's number; Signal is its name (SIGKILL), empty when it ended by itself.
	Code   int
	Signal string
	// Ready says that it had been ready; Forced that it was killed because it did not end within its grace.
	Ready, Forced bool
	// Lines are the last that it wrote, oldest first.
	Lines []string
	Argv  []string
	// Port is the one that it was given.
	Port int
}

// symptom is a line that tells the reason; $1 of the sentence is what the pattern captured.
type symptom struct {
	line     *regexp.Regexp
	sentence string
}

// symptoms are in the order in which they are tried, each over all lines from the newest: what is more exact comes first.
var symptoms = []symptom{
	{regexp.MustCompile(`(?i)(?:listen \S+ \S*:(\d{1,5}): bind: )?(?:EADDRINUSE|address (?:already )?in use|Only one usage of each socket address|port (?:(\d{2,5}) )?(?:is |was )?already (?:in use|allocated))(?:.*?:(\d{2,5})\b)?`), "port-taken"},
	{regexp.MustCompile(`(?i)listen tcp\S* \S*:(\d+): bind: permission denied|EACCES.*?:(\d+)`), "it may not listen on port $1"},
	{regexp.MustCompile(`(?:Cannot find module|Cannot find package|ERR_MODULE_NOT_FOUND[^']*) ?['"]([^'"]+)['"]`), "the Node module $1 is missing; has npm install been run?"},
	{regexp.MustCompile(`(?:ModuleNotFoundError|ImportError): No module named ['"]?([\w.]+)`), "the Python module $1 is missing; have its requirements been installed?"},
	{regexp.MustCompile(`(?:ClassNotFoundException|Could not find or load main class):? ([\w.$/]+)`), "the Java class $1 is missing; has it been built?"},
	{regexp.MustCompile(`Unable to access jarfile (\S+)`), "the file $1 does not exist; has it been built?"},
	{regexp.MustCompile(`cannot load such file -- (\S+)`), "the Ruby library $1 is missing; has bundle install been run?"},
	{regexp.MustCompile(`(?:sh|bash|zsh|env): (?:\d+: |line \d+: )?([^:\s]+): (?:command )?not found`), "the command $1 is not installed"},
	{regexp.MustCompile(`env: ['‘"]?([^'’":]+)['’"]?: No such file or directory`), "the command $1 is not installed"},
	{regexp.MustCompile(`error while loading shared libraries: ([^:\s]+)`), "the library $1 is missing"},
	{regexp.MustCompile(`(?i)(?:environment variable|env(?:ironment)? var) ['"]?([A-Z][A-Z0-9_]*)['"]?:? (?:is |was |must be )?(?:not set|not found|missing|required|unset|undefined|set)`), "the environment variable $1 is not set"},
	{regexp.MustCompile(`(?i)(?:missing|required|undefined|unset)(?: required)?(?: environment)? variable:? ['"]?([A-Z][A-Z0-9_]*)`), "the environment variable $1 is not set"},
	{regexp.MustCompile(`\b([A-Z][A-Z0-9_]{2,}) (?:is|must be|was) (?:not set|unset|required|missing|set|empty|undefined)`), "the environment variable $1 is not set"},
	{regexp.MustCompile(`KeyError: ['"]([A-Z][A-Z0-9_]*)['"]|([A-Z][A-Z0-9_]*): (?:parameter not set|unbound variable)`), "the environment variable $1 is not set"},
	{regexp.MustCompile(`(?i)(?:OutOfMemoryError|out of memory|heap limit|MemoryError|cannot allocate memory)`), "it ran out of memory"},
	{regexp.MustCompile(`(?i)no space left on device|ENOSPC`), "the disk is full"},
	{regexp.MustCompile(`(?i)too many open files|EMFILE`), "it opened too many files"},
	{regexp.MustCompile(`(?i)(?:dial tcp |connect(?:ion)? ?(?:ECONNREFUSED )?(?:to )?)(\S+:\d+)\S* ?(?:failed)?:? ?(?:connect: |.*)?(?:connection )?refused`), "the connection to $1 was refused"},
	{regexp.MustCompile(`ECONNREFUSED (\S+:\d+)`), "the connection to $1 was refused"},
	{regexp.MustCompile(`(?i)connection refused|ECONNREFUSED`), "a connection was refused: something that it needs does not run"},
	{regexp.MustCompile(`(?:dial tcp: lookup (\S+)[ :]|getaddrinfo ENOTFOUND (\S+)|Could not resolve host: (\S+)|UnknownHostException: (\S+))`), "the host name $1 cannot be resolved"},
	{regexp.MustCompile(`^(?:panic|fatal error): (.{1,160})`), "it panicked: $1"},
	{regexp.MustCompile(`^thread '[^']*' panicked at (.{1,160})`), "it panicked at $1"},
	{regexp.MustCompile(`(?:open|stat|read) (\S+): no such file or directory|ENOENT: no such file or directory, \w+ '([^']+)'|FileNotFoundError: .*: '([^']+)'`), "the file $1 does not exist"},
	{regexp.MustCompile(`(\S+): [Pp]ermission denied|EACCES: permission denied, \w+ '([^']+)'`), "it may not use $1: permission denied"},
	{regexp.MustCompile(`(?:SyntaxError|IndentationError): (.{1,160})`), "the program has a syntax error: $1"},
	{regexp.MustCompile(`^Exception in thread "[^"]*" (.{1,160})`), "an exception ended it: $1"},
	{regexp.MustCompile(`^((?:[A-Z]\w*)?(?:Error|Exception): .{1,160})`), "an exception ended it: $1"},
}

// Reason says in one sentence, without a final stop, why a process probably ended. It reads the last lines first, then
// what the exit itself says; it never claims more than these show.
func Reason(e Ending, owner func(port int) (pid int, program string, ok bool)) string {
	if e.Forced {
		return "it did not end within its grace after SIGTERM and was killed"
	}
	for _, s := range symptoms {
		for i := len(e.Lines) - 1; i >= 0; i-- {
			if found := s.line.FindStringSubmatch(e.Lines[i]); found != nil {
				return s.say(e, found[1:], owner)
			}
		}
	}
	if e.Signal != "" {
		return reasonOfSignal(e)
	}
	return reasonOfCode(e)
}

func (s symptom) say(e Ending, captured []string, owner func(int) (int, string, bool)) string {
	first := ""
	for _, c := range captured {
		if c != "" {
			first = strings.TrimSpace(c)
			break
		}
	}
	if s.sentence != "port-taken" {
		return strings.ReplaceAll(s.sentence, "$1", first)
	}
	return portTaken(e, first, owner)
}

func portTaken(e Ending, named string, owner func(int) (int, string, bool)) string {
	port := e.Port
	if named != "" {
		_, _ = fmt.Sscan(named, &port)
	}
	sentence := fmt.Sprintf("port %d is already in use", port)
	if owner != nil {
		if pid, program, ok := owner(port); ok {
			sentence += fmt.Sprintf(" by %s (process %d)", program, pid)
		}
	}
	if e.Port != 0 && port != e.Port {
		sentence += fmt.Sprintf("; the service must listen on $PORT, which is %d", e.Port)
	}
	return sentence
}

func reasonOfSignal(e Ending) string {
	switch e.Signal {
	case "SIGKILL":
		return "it was killed by SIGKILL, perhaps because memory ran out"
	case "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE":
		return "it crashed with " + e.Signal
	case "SIGABRT":
		return "it aborted (SIGABRT)"
	}
	return "it was ended by " + e.Signal
}

func reasonOfCode(e Ending) string {
	program := "the program"
	if len(e.Argv) > 0 {
		program = e.Argv[0]
	}
	switch {
	case e.Code == 0 && !e.Ready:
		return "it ended by itself; does run start a server in the foreground?"
	case e.Code == 0:
		return "it ended by itself"
	case e.Code == 126:
		return "a command that it starts is not executable"
	case e.Code == 127:
		return "a command that it starts does not exist"
	case e.Code == 137:
		return "it or what it started was killed by SIGKILL, perhaps because memory ran out"
	case e.Code == 143:
		return "it was ended by SIGTERM"
	case len(e.Lines) == 0:
		return fmt.Sprintf("%s ended with code %d and wrote nothing", program, e.Code)
	}
	return fmt.Sprintf("%s ended with code %d; its last lines say more", program, e.Code)
}
