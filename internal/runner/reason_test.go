package runner

import "testing"

func TestReason(t *testing.T) {
	owner := func(port int) (int, string, bool) { return 4242, "postgres", port == 5432 }
	rows := []struct {
		sentence string
		ending   Ending
		want     string
	}{
		{"Go, port taken by somebody known", Ending{Code: 1, Port: 5432, Lines: []string{"listen tcp 127.0.0.1:5432: bind: address already in use"}},
			"port 5432 is already in use by postgres (process 4242)"},
		{"Node, port taken by somebody unknown", Ending{Code: 1, Port: 7001, Lines: []string{"Error: listen EADDRINUSE: address already in use 127.0.0.1:7001", "    at Server.setupListenHandle"}},
			"port 7001 is already in use"},
		{"a port of its own choice", Ending{Code: 1, Port: 7001, Lines: []string{"listen tcp :3000: bind: address already in use"}},
			"port 3000 is already in use; the service must listen on $PORT, which is 7001"},
		{"Spring names its port", Ending{Code: 1, Port: 7001, Lines: []string{"Web server failed to start. Port 8080 was already in use."}},
			"port 8080 is already in use; the service must listen on $PORT, which is 7001"},
		{"Python names none", Ending{Code: 1, Port: 7001, Lines: []string{"OSError: [Errno 98] Address already in use"}}, "port 7001 is already in use"},
		{"a low port", Ending{Code: 1, Lines: []string{"listen tcp :80: bind: permission denied"}}, "it may not listen on port 80"},
		{"Node, module", Ending{Code: 1, Lines: []string{"Error: Cannot find module 'express'"}}, "the Node module express is missing; has npm install been run?"},
		{"Python, module", Ending{Code: 1, Lines: []string{"ModuleNotFoundError: No module named 'flask'"}}, "the Python module flask is missing; have its requirements been installed?"},
		{"Java, class", Ending{Code: 1, Lines: []string{"Error: Could not find or load main class com.shop.Main"}}, "the Java class com.shop.Main is missing; has it been built?"},
		{"Java, jar", Ending{Code: 1, Lines: []string{"Error: Unable to access jarfile app.jar"}}, "the file app.jar does not exist; has it been built?"},
		{"a shell's command", Ending{Code: 127, Lines: []string{"sh: 1: nodemon: not found"}}, "the command nodemon is not installed"},
		{"env's command", Ending{Code: 127, Lines: []string{"/usr/bin/env: 'python': No such file or directory"}}, "the command python is not installed"},
		{"a variable in prose", Ending{Code: 1, Lines: []string{"fatal: environment variable STRIPE_KEY is not set"}}, "the environment variable STRIPE_KEY is not set"},
		{"a variable alone", Ending{Code: 1, Lines: []string{"DATABASE_URL must be set"}}, "the environment variable DATABASE_URL is not set"},
		{"a variable in Python", Ending{Code: 1, Lines: []string{"KeyError: 'DATABASE_URL'"}}, "the environment variable DATABASE_URL is not set"},
		{"memory", Ending{Code: 134, Lines: []string{"FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"}}, "it ran out of memory"},
		{"a connection that was refused", Ending{Code: 1, Lines: []string{"dial tcp 127.0.0.1:5432: connect: connection refused"}}, "the connection to 127.0.0.1:5432 was refused"},
		{"a host that does not resolve", Ending{Code: 1, Lines: []string{"getaddrinfo ENOTFOUND db.internal"}}, "the host name db.internal cannot be resolved"},
		{"a panic", Ending{Code: 2, Lines: []string{"panic: runtime error: index out of range [3]", "goroutine 1 [running]:"}}, "it panicked: runtime error: index out of range [3]"},
		{"a file", Ending{Code: 1, Lines: []string{"open config.toml: no such file or directory"}}, "the file config.toml does not exist"},
		{"an exception of any language", Ending{Code: 1, Lines: []string{"Traceback (most recent call last):", "ValueError: invalid port"}}, "an exception ended it: ValueError: invalid port"},
		{"the exact line counts more than a later one", Ending{Code: 1, Lines: []string{"Error: Cannot find module 'express'", "Error: something failed"}},
			"the Node module express is missing; has npm install been run?"},
		{"the newest of two counts", Ending{Code: 1, Lines: []string{"panic: first", "panic: second"}}, "it panicked: second"},
		{"it ignored SIGTERM", Ending{Code: 137, Signal: "SIGKILL", Forced: true, Lines: []string{"panic: no"}}, "it did not end within its grace after SIGTERM and was killed"},
		{"killed by somebody", Ending{Code: 137, Signal: "SIGKILL"}, "it was killed by SIGKILL, perhaps because memory ran out"},
		{"a crash", Ending{Code: 139, Signal: "SIGSEGV"}, "it crashed with SIGSEGV"},
		{"another signal", Ending{Code: 130, Signal: "SIGINT"}, "it was ended by SIGINT"},
		{"it did not stay", Ending{Code: 0}, "it ended by itself; does run start a server in the foreground?"},
		{"it stayed a while", Ending{Code: 0, Ready: true}, "it ended by itself"},
		{"nothing was said", Ending{Code: 3, Argv: []string{"node", "server.js"}}, "node ended with code 3 and wrote nothing"},
		{"nothing that is known was said", Ending{Code: 3, Argv: []string{"node"}, Lines: []string{"bye"}}, "node ended with code 3; its last lines say more"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := Reason(row.ending, owner); got != row.want {
				t.Fatalf("said %q\nwant %q", got, row.want)
			}
		})
	}
}
