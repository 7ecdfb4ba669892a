package importer

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// A line of a Procfile: a process type and its command.
var procfileLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(.+)$`)

// procfile reads process types as services of this folder. Where a Compose file has one of the same name, its command is that of a
// container and the Procfile's is that of this machine, so the Procfile's is taken.
func (d *draft) procfile(f *file) {
	seen := map[string]diag.Position{}
	for i, line := range f.lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := f.at(i+1, 1+strings.Index(f.lines[i], line))
		m := procfileLine.FindStringSubmatch(line)
		switch {
		case m == nil:
			d.refuse(at, diag.BadValue, "write name: command", "the line is no process")
			continue
		case !seen[m[1]].IsZero():
			d.refuse(at, diag.DuplicateName, "remove one; the first is at "+seen[m[1]].String(), "the process %q is given twice", m[1])
			continue
		}
		if seen[m[1]] = at; m[1] == "release" {
			d.note(at, Skipped, m[1], "it runs once before a release: a task, which Banyan does not have yet")
			continue
		}
		d.spoken(m[1], m[2], at)
	}
}

// spoken is one process of a Procfile.
func (d *draft) spoken(name, line string, at diag.Position) {
	s := d.service(name)
	if s == nil {
		s = &service{was: name, at: at, replicas: 1}
		d.services = append(d.services, s)
		s.env = d.everything()
		if name == "web" {
			s.ports = []port{{host: 5000, at: at}} // what foreman gives the first process; nothing else listens there
		}
	} else {
		d.note(at, Changed, name, "the Compose file has a service of this name; it is run by this command, which is one of this machine")
		for _, c := range []*command{s.source.command, s.source.entry} {
			if c != nil {
				d.note(c.at, Skipped, join("services", name)+".command", "the Procfile has a command for this machine")
			}
		}
	}
	s.source.spoken, s.source.command, s.source.entry = true, &command{line: line, at: at, shell: true}, nil
}

// everything are the variables of .env, with which every process of a Procfile is started.
func (d *draft) everything() []*setting {
	var all []*setting
	for _, name := range slices.Sorted(maps.Keys(d.variables)) {
		v := d.variables[name]
		v.used = true
		all = append(all, &setting{name: name, value: text{d.given(v), v.at}, shared: v})
	}
	return all
}
