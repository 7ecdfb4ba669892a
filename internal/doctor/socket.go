package doctor

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// longestSocket is what fits into sockaddr_un on every system: 104 bytes on macOS, 108 on Linux, with the ending zero.
const longestSocket = 103

// socket looks at the length of the control socket's path.
func socket() Check {
	return Check{Name: "socket", Why: "every command reaches a running application through its control socket", Look: func(_ context.Context, s Subject) []Result {
		path := s.Banyan.Socket
		if len(path) > longestSocket {
			return failed(fmt.Sprintf("%s has %d bytes, and a socket's path may have %d", path, len(path), longestSocket), ownRuntime)
		}
		if !strings.HasPrefix(path, s.Banyan.State+string(filepath.Separator)) {
			return fine("the application's folder has a long name, so its socket is %s", path)
		}
		return fine("%d of %d bytes are used", len(path), longestSocket)
	}}
}
