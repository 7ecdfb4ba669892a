package trust

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// places are where browsers keep databases of NSS, as patterns below the user's folder.
var places = []struct{ pattern, who string }{
	{".pki/nssdb", "Chromium, Chrome, Edge"},
	{"snap/chromium/current/.pki/nssdb", "Chromium of snap"},
	{".var/app/*/data/pki/nssdb", "Chromium of Flatpak"},
	{".mozilla/firefox/*", "Firefox"},
	{".config/mozilla/firefox/*", "Firefox"},
	{"snap/firefox/common/.mozilla/firefox/*", "Firefox of snap"},
	{".var/app/org.mozilla.firefox/.mozilla/firefox/*", "Firefox of Flatpak"},
	{"Library/Application Support/Firefox/Profiles/*", "Firefox"},
}

// database is one of NSS, in the form that browsers have used since 2018 (cert9.db).
type database struct {
	machine           Machine
	certutil          string
	folder, who, near string
}

// databases are those of the browsers that were started once. Windows' and macOS' other browsers use the system's store.
func databases(m Machine) (all []Store, missing []Missing) {
	certutil := ""
	if m.System != "windows" { // its program of that name is another one
		certutil = m.Find("certutil")
	}
	for _, p := range places {
		found, _ := filepath.Glob(filepath.Join(m.Home, filepath.FromSlash(p.pattern), "cert9.db"))
		for _, path := range found {
			d := database{m, certutil, filepath.Dir(path), p.who, m.Home}
			if certutil == "" {
				missing = append(missing, Missing{d.Name(), "certutil of NSS is not installed", installNSS(m)})
				continue
			}
			all = append(all, d)
		}
	}
	return all, missing
}

func installNSS(m Machine) string {
	for _, way := range []struct{ manager, fix string }{
		{"apt-get", "sudo apt-get install libnss3-tools"}, {"dnf", "sudo dnf install nss-tools"}, {"pacman", "sudo pacman -S nss"},
		{"zypper", "sudo zypper install mozilla-nss-tools"}, {"apk", "sudo apk add nss-tools"}, {"brew", "brew install nss"},
	} {
		if m.Find(way.manager) != "" {
			return way.fix
		}
	}
	return "install the tools of NSS, which have certutil"
}

// Name implements Store.
func (d database) Name() string {
	at := d.folder
	if rest, below := strings.CutPrefix(at, d.near+string(filepath.Separator)); below {
		at = "~/" + filepath.ToSlash(rest)
	}
	return d.who + ": " + at
}

func (d database) argv(words ...string) []string {
	return append([]string{d.certutil, "-d", "sql:" + d.folder}, words...)
}

// Holds implements Store. The list has a certificate's name and what it is trusted for in one line: `C,,` is to sign servers'.
func (d database) Holds(ctx context.Context, r Root) (Held, error) {
	list, err := d.machine.Run(ctx, d.argv("-L")...)
	if err != nil {
		return Absent, fmt.Errorf("looking at %s: %w", d.Name(), err)
	}
	flags, there := "", false
	for line := range strings.Lines(string(list)) {
		if rest, is := strings.CutPrefix(line, r.label()); is {
			flags, there = strings.TrimSpace(rest), true
		}
	}
	if !there {
		return Absent, nil
	}
	text, err := d.machine.Run(ctx, d.argv("-L", "-n", r.label(), "-a")...)
	switch {
	case err != nil:
		return Absent, fmt.Errorf("looking at %s: %w", d.Name(), err)
	case !contains(text, r):
		return Absent, fmt.Errorf("%s has something else under the name %q, which is left alone", d.Name(), r.label())
	}
	if servers, _, _ := strings.Cut(flags, ","); strings.Contains(servers, "C") {
		return Trusted, nil
	}
	return Partly, nil
}

// Add implements Store. Adding what is there sets what it is trusted for.
func (d database) Add(r Root) []Command {
	return []Command{{d.argv("-A", "-t", "C,,", "-n", r.label(), "-i", r.Path), false}}
}

// Remove implements Store.
func (d database) Remove(r Root) []Command { return []Command{{d.argv("-D", "-n", r.label()), false}} }
