package runner

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

func listeningOf(group int) ([]int, bool) {
	members := membersOf(map[int]string{group: ""})
	held := map[string]bool{}
	for pid := range members {
		for _, link := range descriptors(pid) {
			held[link] = true
		}
	}
	var ports []int
	shown := false
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		shown = true
		for inode, port := range listeners(table) {
			if held["socket:["+inode+"]"] {
				ports = append(ports, port)
			}
		}
	}
	// Without a process, or one whose descriptors may not be read, nothing is known: that is not the same as no port.
	return ports, shown && len(held) > 0
}

// listeners are the inodes of the sockets in /proc/net/tcp (proc_pid_net(5)) that listen, and their ports.
func listeners(table []byte) map[string]int {
	const listening = "0A"
	found := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != listening {
			continue
		}
		at := strings.LastIndexByte(fields[1], ':')
		if port, err := strconv.ParseUint(fields[1][at+1:], 16, 16); err == nil {
			found[fields[9]] = int(port)
		}
	}
	return found
}
