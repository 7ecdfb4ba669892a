package trust

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// layout is how a family of Linux distributions keeps what the system trusts: a folder for what was added, and a program that makes the
// bundle of it which programs read.
type layout struct {
	folder, bundle string
	update         []string
	// fresh has the program look for what is gone as well; Debian's leaves links to it otherwise.
	fresh []string
	// tools is what has the program.
	tools string
}

// layouts are told apart by their folders: the first that is there counts.
var layouts = []layout{
	{
		folder: "/etc/pki/ca-trust/source/anchors", bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		update: []string{"update-ca-trust", "extract"}, tools: "sudo dnf install ca-certificates",
	},
	{
		folder: "/etc/ca-certificates/trust-source/anchors", bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
		update: []string{"trust", "extract-compat"}, tools: "sudo pacman -S ca-certificates-utils",
	},
	{
		folder: "/etc/pki/trust/anchors", bundle: "/var/lib/ca-certificates/ca-bundle.pem",
		update: []string{"update-ca-certificates"}, fresh: []string{"--fresh"}, tools: "sudo zypper install ca-certificates",
	},
	{
		folder: "/usr/local/share/ca-certificates", bundle: "/etc/ssl/certs/ca-certificates.crt",
		update: []string{"update-ca-certificates"}, fresh: []string{"--fresh"}, tools: "sudo apt-get install ca-certificates",
	},
}

// folderStore is the system's store on Linux.
type folderStore struct {
	layout
	prefix string
}

// anchors is the store of this distribution.
func anchors(m Machine) ([]Store, []Missing) {
	for _, l := range layouts {
		if is, err := os.Stat(filepath.Join(m.Prefix, l.folder)); err != nil || !is.IsDir() {
			continue
		}
		program := m.Find(l.update[0])
		if program == "" {
			return nil, []Missing{{"the system's store in " + l.folder, l.update[0] + " is not installed", l.tools}}
		}
		l.update = append([]string{program}, l.update[1:]...)
		return []Store{folderStore{l, m.Prefix}}, nil
	}
	return nil, []Missing{{"the system's store", "none of the folders is there in which distributions keep what was added", "install your distribution's package ca-certificates"}}
}

// Name implements Store.
func (s folderStore) Name() string { return "the system (curl, Go, Python and others): " + s.folder }

func (s folderStore) file(r Root) string {
	return filepath.Join(s.prefix, s.folder, "banyan-"+r.ID+".crt")
}

// Holds implements Store: what counts is the bundle, which programs read.
func (s folderStore) Holds(_ context.Context, r Root) (Held, error) {
	text, err := os.ReadFile(s.file(r))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return Absent, fmt.Errorf("looking at the system's store: %w", err)
	case !contains(text, r):
		return Absent, fmt.Errorf("%s holds something else, which is left alone", s.file(r))
	}
	there := err == nil
	bundle, err := os.ReadFile(filepath.Join(s.prefix, s.bundle))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Absent, fmt.Errorf("looking at what the system trusts: %w", err)
	}
	switch trusted := contains(bundle, r); {
	case there && trusted:
		return Trusted, nil
	case there || trusted:
		return Partly, nil
	}
	return Absent, nil
}

// Add implements Store.
func (s folderStore) Add(r Root) []Command {
	return []Command{{[]string{"install", "-m", "644", r.Path, s.file(r)}, true}, {s.update, true}}
}

// Remove implements Store.
func (s folderStore) Remove(r Root) []Command {
	return []Command{{[]string{"rm", "-f", s.file(r)}, true}, {slices.Concat(s.update, s.fresh), true}}
}

// contains tells whether a text has the root among its blocks of PEM.
func contains(text []byte, r Root) bool {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return false
		}
		if b.Type == "CERTIFICATE" && string(b.Bytes) == string(r.Certificate.Raw) {
			return true
		}
	}
}
