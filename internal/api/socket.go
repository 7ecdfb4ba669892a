package api

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
)

// longest is what fits into sockaddr_un on every system: 104 bytes on macOS, 108 on Linux, with the ending zero.
const longest = 103

// Socket is the path of the control socket of the application in root. A path that is too long for a socket gives way to
// one in the user's runtime folder, named by the hash of root.
func Socket(root string) string {
	path := filepath.Join(root, ".banyan", "run", "control.sock")
	if len(path) <= longest {
		return path
	}
	sum := sha256.Sum256([]byte(root))
	return filepath.Join(RuntimeFolder(), hex.EncodeToString(sum[:8])+".sock")
}

// RuntimeFolder is the user's folder for sockets; who makes it gives it 0700.
func RuntimeFolder() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && len(dir) < 60 {
		return filepath.Join(dir, "banyan")
	}
	return filepath.Join("/tmp", "banyan-"+strconv.Itoa(os.Getuid()))
}
