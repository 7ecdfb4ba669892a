package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"

	"github.com/banyan-run/banyan/internal/cli"
	"github.com/banyan-run/banyan/internal/manual"
)

// release is one version on its way into a folder.
type release struct {
	source
	out string
	// pages and completions are the same for every system.
	pages, completions map[string][]byte
	license            []byte
}

func emptied(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("emptying the folder: %w", err)
	}
	return os.MkdirAll(folder, 0o755)
}

func (r *release) write(ctx context.Context, targets []target) error {
	if err := r.prepare(); err != nil {
		return err
	}
	for _, t := range targets {
		fmt.Printf("  %s\n", t)
		if err := r.target(ctx, t); err != nil {
			return fmt.Errorf("making %s: %w", t, err)
		}
	}
	if err := r.keep(r.wrapper(targets)); err != nil {
		return err
	}
	installer, err := os.ReadFile(filepath.Join("scripts", "install.sh"))
	if err != nil {
		return fmt.Errorf("reading the installer: %w", err)
	}
	if err := r.keep(product{name: "install.sh", bytes: installer}, nil); err != nil {
		return err
	}
	return sums(r.out)
}

func (r *release) prepare() (err error) {
	m := cli.Manual()
	r.pages = m.Pages(manual.Stamp{Version: r.version, Date: r.at})
	if r.completions, err = m.Completions(); err != nil {
		return err
	}
	if r.license, err = os.ReadFile("LICENSE"); err != nil {
		return fmt.Errorf("reading the licence: %w", err)
	}
	return nil
}

// product is a file of the release.
type product struct {
	name  string
	bytes []byte
}

func (r *release) keep(p product, err error) error {
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, p.name), p.bytes, 0o644)
}

// target makes all that is of one system.
func (r *release) target(ctx context.Context, t target) error {
	binary, err := r.build(ctx, t)
	if err != nil {
		return err
	}
	makers := []func() (product, error){
		func() (product, error) { return r.archive(t, binary) },
		func() (product, error) { return r.bill(t, binary) },
		func() (product, error) { return r.npm(t, binary) },
	}
	if t.system == "linux" {
		makers = append(makers, func() (product, error) { return r.debian(t, binary) })
	}
	for _, make := range makers {
		if err := r.keep(make()); err != nil {
			return err
		}
	}
	return nil
}

// plainFlags sets GOFLAGS to what is set anyhow: an empty one lets those of the user's go.env in.
const plainFlags = "GOFLAGS=-trimpath"

// build compiles without anything of this machine: no path, no C, no settings of its user.
func (r *release) build(ctx context.Context, t target) ([]byte, error) {
	folder, err := os.MkdirTemp("", "banyan-release-")
	if err != nil {
		return nil, fmt.Errorf("making room to build: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	const stamped = "github.com/banyan-run/banyan/internal/cli."
	binary := filepath.Join(folder, t.program())
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", fmt.Sprintf("-s -w -X %sversion=v%s -X %scommit=%s", stamped, r.version, stamped, r.commit), "-o", binary, "./cmd/banyan")
	command.Env = append(os.Environ(), "GOOS="+t.system, "GOARCH="+t.arch, "CGO_ENABLED=0", plainFlags, "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off")
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("building: %w", err)
	}
	return os.ReadFile(binary)
}

// archive is the binary with the licence, completions and manual pages, in one folder.
func (r *release) archive(t target, binary []byte) (product, error) {
	name := fmt.Sprintf("banyan_%s_%s_%s", r.version, t.system, t.arch)
	files := []file{{path.Join(name, t.program()), binary, 0o755}, {path.Join(name, "LICENSE"), r.license, 0o644}}
	files = append(files, under(path.Join(name, "completions"), r.completions)...)
	if t.system == "windows" { // nothing reads manual pages there
		bytes, err := zipped(files, r.at)
		return product{name + ".zip", bytes}, err
	}
	files = append(files, under(path.Join(name, "man"), r.pages)...)
	bytes, err := tarball(files, r.at)
	return product{name + ".tar.gz", bytes}, err
}

// under are files in a folder, in the order of their names.
func under(folder string, all map[string][]byte) []file {
	var files []file
	for _, name := range slices.Sorted(maps.Keys(all)) {
		files = append(files, file{path.Join(folder, name), all[name], 0o644})
	}
	return files
}
