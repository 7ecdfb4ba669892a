package api

import "runtime"

// tells says whether this system tells who connects to a socket.
func tells() bool { return runtime.GOOS == "linux" }
