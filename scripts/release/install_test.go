//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// lying writes a release whose binary is a script, and returns its folder.
func lying(t *testing.T) (r *release, script string) {
	t.Helper()
	r = sample(t)
	script, err := filepath.Abs("scripts/install.sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.keep(r.archive(target{runtime.GOOS, runtime.GOARCH}, []byte("#!/bin/sh\necho it runs\n"))); err != nil {
		t.Fatal(err)
	}
	if err := sums(r.out); err != nil {
		t.Fatal(err)
	}
	return r, script
}

func install(t *testing.T, script string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", append([]string{script}, args...)...).CombinedOutput()
	return string(out), err
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheInstallerInstallsAndRemoves(t *testing.T) {
	r, script := lying(t)
	to := filepath.Join(t.TempDir(), "a prefix")
	if out, err := install(t, script, "--from", r.out, "--to", to, "--dry-run"); err != nil || len(files(t, to)) > 0 || !strings.Contains(out, "would write") {
		t.Fatalf("a dry run: %v\n%s", err, out)
	}
	out, err := install(t, script, "--from", r.out, "--to", to)
	if err != nil || !strings.Contains(out, "is not on your PATH") {
		t.Fatalf("%v\n%s", err, out)
	}
	if said, err := exec.CommandContext(t.Context(), filepath.Join(to, "bin", "banyan")).Output(); err != nil || string(said) != "it runs\n" {
		t.Errorf("what it installed says %q: %v", said, err)
	}
	if _, err := os.Stat(filepath.Join(to, "share", "man", "man1", "banyan-up.1")); err != nil {
		t.Error(err)
	}
	if out, err := install(t, script, "--from", r.out, "--to", to); err != nil { // again, over itself
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := install(t, script, "--remove", "--to", to); err != nil || len(files(t, to)) > 0 {
		t.Errorf("after --remove there are %v: %v\n%s", files(t, to), err, out)
	}
}

func TestTheInstallerRefuses(t *testing.T) {
	r, script := lying(t)
	to := filepath.Join(t.TempDir(), "prefix")
	rows := []struct {
		sentence string
		args     []string
		says     string
		before   func() error
	}{
		{"an unknown option", []string{"--form", r.out}, "there is no option --form", nil},
		{"an option without its value", []string{"--from"}, "--from takes a value", nil},
		{"no place to take it from", nil, "no public address", nil},
		{"a place that has nothing", []string{"--from", t.TempDir()}, "has no SHA256SUMS", nil},
		{"an address that is not protected", []string{"--from", "http://releases.example"}, "neither https nor this machine", nil},
		{"an address whose host is behind a password", []string{"--from", "http://localhost:80@releases.example"}, "before its host", nil},
		{"another version", []string{"--from", r.out, "--version", "9.9.9"}, "no archive of version 9.9.9", nil},
		{"nothing to remove", []string{"--remove"}, "nothing was installed", nil},
		{"an archive with another sum", []string{"--from", r.out}, "nothing was installed", func() error {
			p, err := r.archive(target{runtime.GOOS, runtime.GOARCH}, []byte("#!/bin/sh\necho another\n"))
			return r.keep(p, err)
		}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if row.before != nil {
				if err := row.before(); err != nil {
					t.Fatal(err)
				}
			}
			out, err := install(t, script, append(row.args, "--to", to)...)
			if row.sentence == "an option without its value" {
				out, err = install(t, script, row.args...)
			}
			if err == nil || !strings.Contains(out, row.says) || len(files(t, to)) > 0 {
				t.Fatalf("%v, and %v were written\n%s", err, files(t, to), out)
			}
		})
	}
}

// TestTheInstallerSaysThatItCouldNotWrite has the disk full, or what comes to the same, when the manual pages are written.
func TestTheInstallerSaysThatItCouldNotWrite(t *testing.T) {
	r, script := lying(t)
	to := filepath.Join(t.TempDir(), "prefix")
	full := filepath.Join(t.TempDir(), "chmod")
	text := "#!/bin/sh\ncase $2 in *man1*) exit 1 ;; esac\nPATH=${PATH#*:} exec chmod \"$@\"\n"
	if err := os.WriteFile(full, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(full)+":"+os.Getenv("PATH"))
	out, err := install(t, script, "--from", r.out, "--to", to)
	if err == nil || !strings.Contains(out, "cannot be written") || strings.Contains(out, "installed banyan_") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := install(t, script, "--remove", "--to", to); err != nil || len(files(t, to)) > 0 {
		t.Errorf("after --remove there are %v: %v\n%s", files(t, to), err, out)
	}
}

// TestTheInstallerRemovesWhatAnEarlierVersionHad has a file that the next version has no more.
func TestTheInstallerRemovesWhatAnEarlierVersionHad(t *testing.T) {
	r, script := lying(t)
	to := filepath.Join(t.TempDir(), "prefix")
	for _, pages := range []map[string][]byte{{"banyan-old.1": []byte("old")}, {"banyan-new.1": []byte("new")}} {
		r.pages = pages
		if err := r.keep(r.archive(target{runtime.GOOS, runtime.GOARCH}, []byte("#!/bin/sh\n"))); err != nil {
			t.Fatal(err)
		}
		if err := sums(r.out); err != nil {
			t.Fatal(err)
		}
		if out, err := install(t, script, "--from", r.out, "--to", to); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if out, err := install(t, script, "--remove", "--to", to); err != nil || len(files(t, to)) > 0 {
		t.Errorf("after --remove there are %v: %v\n%s", files(t, to), err, out)
	}
}
