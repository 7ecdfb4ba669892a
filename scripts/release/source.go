package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// source is what a release is made from.
type source struct {
	version, commit string
	// at is the time of everything in it: the commit's, or that of SOURCE_DATE_EPOCH (reproducible-builds.org).
	at time.Time
}

// sourceOf asks git. A tree with changes says so in its version, since nobody else can build it.
func sourceOf(ctx context.Context, folder string) (source, error) {
	git := func(args ...string) string {
		command := exec.CommandContext(ctx, "git", args...)
		command.Dir = folder
		out, _ := command.Output() // a failure is an empty answer, which is judged below
		return strings.TrimSpace(string(out))
	}
	s := source{commit: git("rev-parse", "HEAD")}
	if s.commit == "" {
		return source{}, errors.New("git does not know this folder: a release is made from a commit")
	}
	s.version = versionOf(git("describe", "--tags", "--long", "--match", "v[0-9]*"), git("rev-list", "--count", "HEAD"), s.commit)
	if git("status", "--porcelain") != "" {
		s.version = changed(s.version)
	}
	seconds := git("log", "-1", "--format=%ct")
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds = epoch
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return source{}, fmt.Errorf("reading the time of the release: %w", err)
	}
	s.at = time.Unix(n, 0).UTC()
	return s, nil
}

// changed marks a version; that of a tag then sorts before it, for it is not what the tag promises.
func changed(version string) string {
	if strings.Contains(version, "-") {
		return version + ".changed"
	}
	return version + "-changed"
}

// described is git's long form: the tag, how many commits came after it, and the last of them.
var described = regexp.MustCompile(`^v([0-9]+)\.([0-9]+)\.([0-9]+)(-[0-9A-Za-z.-]+)?-([0-9]+)-g[0-9a-f]+$`)

// versionOf is a version of semver.org: the tag's, or behind a tag a development version of the next patch, which sorts between both.
func versionOf(description, count, commit string) string {
	m := described.FindStringSubmatch(description)
	if m == nil {
		return fmt.Sprintf("0.0.0-dev.%s.g%.7s", count, commit)
	}
	base := strings.Join(m[1:4], ".")
	patch, _ := strconv.Atoi(m[3]) // digits, by the pattern
	switch {
	case m[5] == "0":
		return base + m[4]
	case m[4] != "": // behind a candidate: still before the release itself
		return fmt.Sprintf("%s%s.dev.%s.g%.7s", base, m[4], m[5], commit)
	}
	return fmt.Sprintf("%s.%s.%d-dev.%s.g%.7s", m[1], m[2], patch+1, m[5], commit)
}
