package doctor

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/unit"
)

// limits reads what control groups (cgroups(7), version 2) say of this process.
type limits struct {
	read     func(path string) ([]byte, error)
	writable func(folder string) error
}

const (
	groupRoot = "/sys/fs/cgroup"
	// Banyan with a small application and one build at work.
	leastMemory  = 256 << 20
	enoughMemory = 1 << 30
)

// memory says whether CPU and memory of an instance could be limited here, and how much all of them share.
func memory(l limits) Check {
	return Check{Name: "limits", Why: "what Banyan starts shares the limits around it; without groups of its own none can be set for one instance", Look: func(context.Context, Subject) []Result {
		own, version := l.group()
		if version == 0 {
			return fine("this system has no control groups: no limit can be set for an instance")
		}
		most, known := l.narrowest(own)
		switch {
		case known && most < leastMemory:
			return failed(fmt.Sprintf("all processes here share %s of memory (%s)", unit.Size(most), own), "give the container more: docker run --memory 2g, or resources.limits.memory in Kubernetes")
		case known && most < enoughMemory:
			return warning(fmt.Sprintf("all processes here share %s of memory (%s)", unit.Size(most), own), "give the container more: docker run --memory 2g, or resources.limits.memory in Kubernetes")
		case known:
			return fine("all processes here share %s of memory; %s", unit.Size(most), l.own(own, version))
		}
		return fine("no limit around this shell; %s", l.own(own, version))
	}}
}

// group is the path of this process's group, and the version of the hierarchy that it was found in: 0 without one.
func (l limits) group() (own string, version int) {
	text, err := l.read("/proc/self/cgroup")
	if err != nil {
		return "", 0
	}
	for line := range strings.Lines(string(text)) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, at, found := strings.Cut(rest, ":")
		switch {
		case !found:
		case number == "0" && controllers == "":
			if _, err := l.read(path.Join(groupRoot, "cgroup.controllers")); err == nil {
				return at, 2
			}
		case slices.Contains(strings.Split(controllers, ","), "memory"):
			own, version = at, 1
		}
	}
	return own, version
}

// narrowest is the least memory.max from the group up; groups of version 1 have another file.
func (l limits) narrowest(own string) (most int64, known bool) {
	for at := path.Join("/", own); ; at = path.Dir(at) {
		for _, name := range []string{path.Join(groupRoot, at, "memory.max"), path.Join(groupRoot, "memory", at, "memory.limit_in_bytes")} {
			text, err := l.read(name)
			if err != nil {
				continue
			}
			bytes, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
			// "max" is no number, and version 1 writes nearly the greatest one.
			if err == nil && bytes < endless && (!known || int64(bytes) < most) {
				most, known = int64(bytes), true
			}
		}
		if at == "/" {
			return most, known
		}
	}
}

// own says whether groups could be made below this one.
func (l limits) own(own string, version int) string {
	if version < 2 {
		return "control groups are of version 1, so none can be set for an instance"
	}
	folder := path.Join(groupRoot, own)
	text, err := l.read(path.Join(folder, "cgroup.controllers"))
	have := strings.Fields(string(text))
	switch {
	case err != nil || !slices.Contains(have, "memory") || !slices.Contains(have, "cpu"):
		return "the controllers cpu and memory are not handed down, so none can be set for an instance"
	case l.writable(folder) != nil:
		return "control groups belong to another user, so none can be set for an instance"
	}
	return "the system would let one be set for each instance (Banyan sets none yet)"
}
