package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// one line of what the runtime tells with GODEBUG=inittrace=1: what a package allocates when the program starts.
var started = regexp.MustCompile(`^init (\S+) @.* clock, (\d+) bytes, \d+ allocs$`)

// Every command pays for what is done at its start, so a library that builds tables there is seen here when it is added.
func TestWhatIsAllocatedAtTheStartIsLittle(t *testing.T) {
	const most = 6 << 20
	binary := filepath.Join(t.TempDir(), "banyan")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	command := exec.CommandContext(t.Context(), binary, "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var told bytes.Buffer
	command.Stderr = &told
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	total, packages := 0, 0
	for lines := bufio.NewScanner(&told); lines.Scan(); {
		if m := started.FindStringSubmatch(lines.Text()); m != nil {
			n, _ := strconv.Atoi(m[2])
			total, packages = total+n, packages+1
			if n > most/10 {
				t.Logf("%s allocates %d bytes", m[1], n)
			}
		}
	}
	if packages == 0 || total > most {
		t.Fatalf("%d packages allocate %d bytes at the start; %d at most", packages, total, most)
	}
	t.Logf("%d packages allocate %d bytes at the start", packages, total)
}
