package importer

import (
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// composed reads one service of a Compose file. Whether a key is used is decided when it is known what becomes of the service.
func (d *draft) composed(e *entry) *service {
	n, path := e.value, join("services", e.key)
	s := &service{was: e.key, at: e.at}
	s.image = d.text(n, "image")
	s.aliases = d.aliases(n, path)
	s.env = d.environment(n, path)
	s.ports = d.ports(n, path)
	for _, need := range slices.Concat(d.names(n, "depends_on", path), d.links(n, s)) {
		if !slices.ContainsFunc(s.needs, func(t text) bool { return t.text == need.text }) {
			s.needs = append(s.needs, need)
		}
	}
	s.checked = n.has("healthcheck")
	s.health = d.healthcheck(n, path)
	s.replicas = d.replicas(n, path)
	s.grace = d.graceful(n, path)
	d.origin(s, n, path)
	d.develop(s, n, path)
	if profiles := n.take("profiles"); profiles != nil {
		d.note(profiles.at, Changed, path+".profiles", "the service is imported with the others, and started with them")
	}
	return s
}

func (d *draft) text(n *node, key string) text {
	e := n.take(key)
	if e == nil || !d.is(e, scalar) {
		return text{}
	}
	return text{e.value.text, e.value.at}
}

// aliases are the names under which other containers reach this one.
func (d *draft) aliases(n *node, path string) []string {
	var all []string
	for _, key := range []string{"container_name", "hostname"} {
		if e := n.take(key); e != nil && d.is(e, scalar) {
			all = append(all, e.value.text)
			d.note(e.at, Skipped, join(path, key), "values that name it are taken to mean the service; a service of Banyan has one name")
		}
	}
	e := n.take("networks")
	if e == nil {
		return all
	}
	d.note(e.at, Skipped, path+".networks", reasons["networks"])
	for _, network := range e.value.keys {
		network.used = true
		for _, detail := range network.value.keys {
			if detail.used = true; detail.key == "aliases" && detail.value.form == list {
				for _, alias := range d.items(detail) {
					all = append(all, alias.text)
				}
				continue
			}
			d.note(detail.at, Skipped, join(path+".networks."+network.key, detail.key), reasons["networks"])
		}
	}
	return all
}

// links are dependencies with a further name: SERVICE:ALIAS.
func (d *draft) links(n *node, s *service) []text {
	var all []text
	for _, link := range d.words(n, "links") {
		name, alias, aliased := strings.Cut(link.text, ":")
		all = append(all, text{name, link.at})
		if aliased && alias != name {
			d.linked = append(d.linked, [2]string{name, alias})
		}
	}
	return all
}

// environment reads env_file first, since what stands in the file itself wins.
func (d *draft) environment(n *node, path string) []*setting {
	named := map[string]*setting{}
	var order []string
	put := func(one *setting) {
		if _, known := named[one.name]; !known {
			order = append(order, one.name)
		}
		named[one.name] = one
	}
	for _, one := range d.envFiles(n, path) {
		put(one)
	}
	if e := n.take("environment"); e != nil {
		for _, one := range d.settings(e) {
			put(one)
		}
	}
	all := make([]*setting, 0, len(order))
	for _, name := range order {
		if !variableFits.MatchString(name) {
			d.note(named[name].value.at, Skipped, join(path+".environment", name), "it is no name of a variable")
			continue
		}
		all = append(all, named[name])
	}
	return all
}

// settings reads both forms of environment.
func (d *draft) settings(e *entry) []*setting {
	var all []*setting
	if e.value.form == list {
		for _, item := range d.items(e) {
			name, value, given := strings.Cut(item.text, "=")
			all = append(all, d.setting(name, value, given, item.at))
		}
		return all
	}
	if !d.is(e, table) {
		return nil
	}
	for _, one := range e.value.keys {
		one.used = true
		if one.value.form != nothing && !d.is(one, scalar) {
			continue
		}
		all = append(all, d.setting(one.key, one.value.text, one.value.form == scalar, one.at))
	}
	return all
}

// setting is one variable; without a value it is passed on from the environment, or from .env.
func (d *draft) setting(name, value string, given bool, at diag.Position) *setting {
	one := &setting{name: name, value: text{value, at}}
	if !given {
		one.value.text, one.shared = d.resolve(name, at), d.variables[name]
	}
	return one
}

// envFiles reads the files of variables that a service names.
func (d *draft) envFiles(n *node, path string) []*setting {
	e := n.take("env_file")
	if e == nil {
		return nil
	}
	names, optional := d.envFileNames(e)
	var all []*setting
	for _, name := range names {
		f, err := load(d.folder, name.text)
		if err != nil {
			if !optional[name.text] {
				d.note(name.at, Skipped, path+".env_file", "the file cannot be read: "+because(err))
			}
			continue
		}
		known, open := d.files[f.name]
		if f = known; !open {
			if f, open = d.open(name.text); !open {
				continue
			}
			d.report.Read = append(d.report.Read, f.name)
		}
		d.variablesOf(f, func(v *variable) {
			one := &setting{name: v.name, value: text{d.given(v), v.at}}
			if own := d.variables[v.name]; own != nil && own.at == v.at {
				own.used, one.shared = true, own
			}
			all = append(all, one)
		})
	}
	return all
}

// envFileNames reads a path, a list of paths, and the long form {path, required}.
func (d *draft) envFileNames(e *entry) (names []text, optional map[string]bool) {
	items := []*node{e.value}
	if e.value.form == list {
		items = e.value.items
	}
	optional = map[string]bool{}
	for _, item := range items {
		if item.form == scalar {
			names = append(names, text{item.text, item.at})
			continue
		}
		if one := d.text(item, "path"); one.text != "" {
			names = append(names, one)
			optional[one.text] = d.word(item, "required") == "false"
			continue
		}
		d.refuse(item.at, diag.WrongType, "write a path", "an entry of env_file is %s", item.form)
	}
	return names, optional
}

// inherit gives services the further names that links gave them.
func (d *draft) inherit(s *service) {
	for _, link := range d.linked {
		if link[0] == s.was {
			s.aliases = append(s.aliases, link[1])
		}
	}
	slices.Sort(s.aliases)
	s.aliases = slices.Compact(s.aliases)
}
