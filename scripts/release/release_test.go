package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// sample is a release with a small binary and all else as it is.
func sample(t *testing.T) *release {
	t.Helper()
	t.Chdir(filepath.Join("..", ".."))
	r := &release{source: source{version: "1.2.3", commit: "0123456789abcdef", at: at}, out: t.TempDir()}
	if err := r.prepare(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVersions(t *testing.T) {
	rows := []struct{ sentence, described, want, debian string }{
		{"a tag is the version", "v1.2.3-0-gabcdef0", "1.2.3", "1.2.3"},
		{"a candidate is one", "v1.2.3-rc.1-0-gabcdef0", "1.2.3-rc.1", "1.2.3~rc.1"},
		{"behind a tag it is on its way to the next patch", "v1.2.3-4-gabcdef0", "1.2.4-dev.4.gabcdef0", "1.2.4~dev.4.gabcdef0"},
		{"behind a candidate it is still before the release", "v1.2.3-rc.1-4-gabcdef0", "1.2.3-rc.1.dev.4.gabcdef0", "1.2.3~rc.1.dev.4.gabcdef0"},
		{"without a tag it counts commits", "", "0.0.0-dev.77.gabcdef0", "0.0.0~dev.77.gabcdef0"},
		{"a tag of another form is none", "very-old-3-gabcdef0", "0.0.0-dev.77.gabcdef0", "0.0.0~dev.77.gabcdef0"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got := versionOf(row.described, "77", "abcdef0123")
			if got != row.want || debianVersion(got) != row.debian {
				t.Fatalf("%q and %q", got, debianVersion(got))
			}
		})
	}
}

func TestAChangedTreeIsMarked(t *testing.T) {
	for version, want := range map[string]string{"1.2.3": "1.2.3-changed", "1.2.4-dev.5.gabcdef0": "1.2.4-dev.5.gabcdef0.changed"} {
		if got := changed(version); got != want {
			t.Errorf("%s is %s", version, got)
		}
	}
}

// TestTheUsersSettingsAreLeftOut has a go.env that would build something else.
func TestTheUsersSettingsAreLeftOut(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(settings, []byte("GOFLAGS=-tags=another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "env", "GOFLAGS")
	command.Env = append(os.Environ(), "GOENV="+settings, plainFlags)
	if out, err := command.Output(); err != nil || strings.Contains(string(out), "another") {
		t.Fatalf("%s, %v", out, err)
	}
}

func TestTargets(t *testing.T) {
	all, err := parseTargets(strings.Join(systems, ","))
	if err != nil || len(all) != 6 {
		t.Fatalf("%v, %v", all, err)
	}
	if _, err := parseTargets("linux/sparc"); err == nil || !strings.Contains(err.Error(), "none of linux/amd64") {
		t.Errorf("another processor: %v", err)
	}
	if platform, arch := all[4].node(); platform != "win32" || arch != "x64" || all[4].program() != "banyan.exe" {
		t.Errorf("Windows is %s on %s", platform, arch)
	}
}

// unpacked reads an archive back.
func unpacked(t *testing.T, compressed []byte) map[string]*tar.Header {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*tar.Header{}
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Fatal(err)
		}
		found[h.Name] = h
	}
}

func TestAnArchiveHoldsWhatIsPromised(t *testing.T) {
	r := sample(t)
	p, err := r.archive(target{"linux", "amd64"}, []byte("binary"))
	if err != nil || p.name != "banyan_1.2.3_linux_amd64.tar.gz" {
		t.Fatalf("%s: %v", p.name, err)
	}
	found := unpacked(t, p.bytes)
	for _, name := range []string{"banyan", "LICENSE", "completions/banyan.bash", "completions/_banyan", "completions/banyan.fish", "completions/banyan.ps1", "man/banyan-up.1"} {
		h := found["banyan_1.2.3_linux_amd64/"+name]
		if h == nil {
			t.Errorf("%s is not in it", name)
			continue
		}
		if !h.ModTime.Equal(at) || h.Uid != 0 || h.Uname != "root" || (h.Mode == 0o755) != (name == "banyan") {
			t.Errorf("%s: %+v", name, h)
		}
	}
	windows, err := r.archive(target{"windows", "arm64"}, []byte("binary"))
	if err != nil || windows.name != "banyan_1.2.3_windows_arm64.zip" || !bytes.Contains(windows.bytes, []byte("banyan.exe")) {
		t.Errorf("%s: %v", windows.name, err)
	}
}

func TestTwiceTheSameBytes(t *testing.T) {
	r, on, binary := sample(t), target{"linux", "arm64"}, []byte("binary")
	for _, maker := range []func(target, []byte) (product, error){r.archive, r.debian, r.npm} {
		first, err := maker(on, binary)
		if err != nil {
			t.Fatal(err)
		}
		second, err := maker(on, binary)
		if err != nil || !bytes.Equal(first.bytes, second.bytes) || first.name != second.name {
			t.Errorf("%s differs: %v", first.name, err)
		}
	}
}

func TestTheDebianPackageIsOne(t *testing.T) {
	p, err := sample(t).debian(target{"linux", "amd64"}, []byte("binary"))
	if err != nil || p.name != "banyan_1.2.3_amd64.deb" {
		t.Fatalf("%s: %v", p.name, err)
	}
	parts := members(t, p.bytes)
	if string(parts["debian-binary"]) != "2.0\n" {
		t.Errorf("it is of version %q", parts["debian-binary"])
	}
	data, control := unpacked(t, parts["data.tar.gz"]), unpacked(t, parts["control.tar.gz"])
	for _, name := range []string{"./usr/bin/banyan", "./usr/share/man/man1/banyan-up.1.gz", "./usr/share/bash-completion/completions/banyan", "./usr/share/doc/banyan/copyright", "./usr/"} {
		if data[name] == nil {
			t.Errorf("%s is not in it", name)
		}
	}
	if control["./control"] == nil || control["./md5sums"] == nil || len(control) != 2 {
		t.Errorf("its control files are %v", control)
	}
	program, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip("dpkg-deb is not here, which reads it as well")
	}
	path := filepath.Join(t.TempDir(), p.name)
	if err := os.WriteFile(path, p.bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "--info", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Package: banyan") {
		t.Errorf("dpkg-deb: %v\n%s", err, out)
	}
}

// members takes an ar archive apart (ar(5)).
func members(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	rest, is := bytes.CutPrefix(archive, []byte("!<arch>\n"))
	if !is {
		t.Fatal("no ar archive")
	}
	parts := map[string][]byte{}
	for len(rest) > 0 {
		var name string
		var when, owner, group, mode, size int
		if _, err := fmt.Sscanf(string(rest[:60]), "%s %d %d %d %o %d", &name, &when, &owner, &group, &mode, &size); err != nil || string(rest[58:60]) != "`\n" {
			t.Fatalf("%q: %v", rest[:60], err)
		}
		if mode != 0o100644 || owner != 0 || when != int(at.Unix()) {
			t.Errorf("%s: mode %o, owner %d, time %d", name, mode, owner, when)
		}
		parts[name] = rest[60 : 60+size]
		rest = rest[60+size+size%2:]
	}
	return parts
}

func TestTheWrapperNamesEachBinary(t *testing.T) {
	r := sample(t)
	targets, err := parseTargets(strings.Join(systems, ","))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.wrapper(targets)
	if err != nil || p.name != "banyan-run-banyan-1.2.3.tgz" || unpacked(t, p.bytes)["package/banyan.js"].Mode != 0o755 {
		t.Fatalf("%s: %v", p.name, err)
	}
	asked := regexp.MustCompile("`(@banyan-run/banyan-)\\$").FindSubmatch(starter)
	if asked == nil {
		t.Fatal("banyan.js asks for no package")
	}
	for _, one := range targets {
		platform, arch := one.node()
		if one.packageName() != string(asked[1])+platform+"-"+arch {
			t.Errorf("banyan.js looks for another package than %s", one.packageName())
		}
		made, err := r.npm(one, []byte("binary"))
		if err != nil || unpacked(t, made.bytes)["package/bin/"+one.program()] == nil {
			t.Errorf("%s: %v", made.name, err)
		}
	}
}

// The bill is of this test's own binary: what it is linked from is told by it, and nothing else.
func TestTheBillTellsWhatIsLinked(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(executable)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sample(t).bill(target{"linux", "amd64"}, binary)
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(p.bytes, &b); err != nil || p.name != "banyan_1.2.3_linux_amd64.spdx.json" {
		t.Fatalf("%s: %v", p.name, err)
	}
	found, id := map[string]bool{}, regexp.MustCompile(`^SPDXRef-[A-Za-z0-9.-]+$`)
	for _, one := range b.Packages {
		found[one.Name] = true
		if !id.MatchString(one.ID) || one.Version == "" || one.Location == "" || len(one.Refs) != 1 {
			t.Errorf("%+v", one)
		}
	}
	if !found["github.com/banyan-run/banyan"] || !found["stdlib"] || !found["github.com/spf13/cobra"] || len(b.Relations) != len(b.Packages) {
		t.Errorf("it tells of %v, and of %d relations", found, len(b.Relations))
	}
}
