package importer

import (
	"path"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// origin reads where the code of a service is and how it is started.
func (d *draft) origin(s *service, n *node, at string) {
	if e := n.take("build"); e != nil {
		s.source.built, s.source.at = true, e.at
		if e.value.form == scalar {
			s.source.context = e.value.text
		} else if d.is(e, table) {
			s.source.context = d.word(e.value, "context")
			s.source.dockerfile = d.word(e.value, "dockerfile")
			s.source.target = d.word(e.value, "target")
		}
	}
	s.source.workdir = d.word(n, "working_dir")
	s.source.command = d.command(n, "command")
	s.source.entry = d.command(n, "entrypoint")
	d.volumes(s, n, at)
}

// command reads both forms of a command; nil when there is none.
func (d *draft) command(n *node, key string) *command {
	e := n.take(key)
	if e == nil {
		return nil
	}
	if e.value.form == list {
		c := &command{at: e.value.at, words: []string{}}
		for _, word := range d.items(e) {
			c.words = append(c.words, word.text)
		}
		return c
	}
	if !d.is(e, scalar) {
		return nil
	}
	return &command{line: strings.TrimSpace(e.value.text), at: e.value.at}
}

// volumes keeps the folders of this machine that a container sees: where a language's image runs a folder, that folder is the service.
func (d *draft) volumes(s *service, n *node, at string) {
	e := n.take("volumes")
	if e == nil || !d.is(e, list) {
		return
	}
	for _, item := range e.value.items {
		var from, to string
		switch item.form {
		case scalar:
			from, to = bound(item.text)
		case table:
			for _, one := range item.keys {
				one.used = true
			}
			from, to = d.word(item, "source"), d.word(item, "target")
		default:
			d.refuse(item.at, diag.WrongType, "write SOURCE:TARGET", "an entry of volumes is %s", item.form)
			continue
		}
		if strings.HasPrefix(from, ".") {
			s.source.mounts = append(s.source.mounts, mount{from, to})
			d.note(item.at, Skipped, at+".volumes", "a process sees this machine's files where they are; it is not given them under another path")
			continue
		}
		d.note(item.at, Skipped, at+".volumes", reasons["volumes"])
	}
}

// bound splits SOURCE:TARGET[:MODE].
func bound(text string) (from, to string) {
	from, to, is := strings.Cut(text, ":")
	if !is {
		return "", from
	}
	to, _, _ = strings.Cut(to, ":")
	return from, to
}

// develop takes that sources are watched.
func (d *draft) develop(s *service, n *node, at string) {
	e := n.take("develop")
	if e == nil || !d.is(e, table) {
		return
	}
	watch := e.value.take("watch")
	if watch == nil || !d.is(watch, list) {
		return
	}
	s.watch = true
	for _, item := range watch.value.items {
		for _, one := range item.keys {
			one.used = true
			d.note(one.at, Skipped, at+".develop.watch."+one.key, "every file of the service's folder that git does not ignore is watched")
		}
	}
}

// folder is the folder of a service's code, relative to this one; "" when it is this one.
func (s *service) folder() (dir string, usable bool) {
	from := s.source.context
	if !s.source.built {
		from = s.source.mount
	}
	if strings.Contains(from, "://") || strings.HasPrefix(from, "git@") || has(from, isRef) || path.IsAbs(from) || strings.Contains(from, `\`) {
		return "", false
	}
	dir = path.Clean(from)
	if dir == "." {
		return "", true
	}
	return dir, true
}
