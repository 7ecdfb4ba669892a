package main

import (
	"fmt"
	"slices"
	"strings"
)

// systems are those that a release is built for.
var systems = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// target is a system and a processor, by Go's names.
type target struct{ system, arch string }

func parseTargets(text string) ([]target, error) {
	var all []target
	for one := range strings.SplitSeq(text, ",") {
		if !slices.Contains(systems, one) {
			return nil, fmt.Errorf("%q is none of %s", one, strings.Join(systems, ", "))
		}
		system, arch, _ := strings.Cut(one, "/")
		all = append(all, target{system, arch})
	}
	return all, nil
}

func (t target) String() string { return t.system + "/" + t.arch }

// program is the name of the binary.
func (t target) program() string {
	if t.system == "windows" {
		return "banyan.exe"
	}
	return "banyan"
}

// node is the target by the names of process.platform and process.arch.
func (t target) node() (platform, arch string) {
	platform, arch = t.system, t.arch
	if platform == "windows" {
		platform = "win32"
	}
	if arch == "amd64" {
		arch = "x64"
	}
	return platform, arch
}
