package node

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
)

// smallDisk mounts a file system of one MiB at path.
func smallDisk(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a file system of its own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, syscall.MNT_DETACH) })
}

// fill takes what is left of the disk.
func fill(t *testing.T, folder string) {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullDiskIsToldAndFailsNoRequest(t *testing.T) {
	root := t.TempDir()
	smallDisk(t, StateFolder(root))
	s := upIn(t, root, strings.Replace(pair, "WORD: one", "WORD: full", 1))
	s.allRun()
	fill(t, StateFolder(root))
	s.until("it is told that nothing is kept", func(map[string]api.Service) bool {
		if status := s.get("/front/call/back/hello", nil); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		for _, p := range s.app().Problems {
			if strings.Contains(p.Text, "no space left") && p.Likely == "the disk is full" {
				return true
			}
		}
		return false
	})
	if err := os.Remove(filepath.Join(StateFolder(root), "ballast")); err != nil {
		t.Fatal(err)
	}
	s.until("it is used again", func(map[string]api.Service) bool {
		s.get("/back/", nil)
		return len(s.app().Problems) == 0
	})
}
