package importer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// settle decides what becomes of each service, in the order in which one decision needs another.
func (d *draft) settle() {
	for _, s := range d.services {
		d.classify(s)
	}
	d.services = slices.DeleteFunc(d.services, func(s *service) bool { return s.kind == dropped })
	d.rename()
	d.place()
	for _, s := range d.services {
		if d.depend(s); s.kind == process {
			d.unnamed(s)
		}
		if s.kind == process {
			d.rewire(s)
		} else {
			d.configures(s)
		}
	}
	for _, s := range d.services {
		if s.kind == process {
			d.launch(s)
		}
	}
	d.expose()
}

// classify tells what is run from what is an image only.
func (d *draft) classify(s *service) {
	at := join("services", s.was)
	switch {
	case s.source.spoken:
		if s.source.built {
			d.note(s.source.at, Changed, at+".build", "only its folder is used: the Procfile's command is one of this machine")
		}
		d.unimaged(s, at, "the Procfile's command runs the code of this folder")
	case s.source.built:
		if s.source.recipe = d.recipe(s); d.packaged(s) {
			d.external(s, at)
			return
		}
		d.unimaged(s, at, "the service is run as a process of this machine, from its source")
	case d.mounted(s):
		d.note(s.image.at, Changed, at+".image", "the folder that it mounts is run by the "+repository(s.image.text)+" of this machine, in whatever version that is")
	default:
		d.external(s, at)
	}
}

func (d *draft) unimaged(s *service, at, why string) {
	if s.image.text != "" {
		d.note(s.image.at, Skipped, at+".image", why)
	}
}

// packaged tells whether what is built is another's product with files of one's own put in, such as a database with a schema.
func (d *draft) packaged(s *service) bool {
	r := s.source.recipe
	if r == nil || r.cmd != nil || r.entry != nil || s.source.command != nil || known(r.base).port == 0 {
		return false
	}
	if _, is := d.begun(s); is {
		return false
	}
	s.image = text{r.base, s.source.at}
	return true
}

// mounted tells whether a language's image runs a folder of this machine.
func (d *draft) mounted(s *service) bool {
	if s.source.command == nil || !slices.Contains(languages, repository(s.image.text)) {
		return false
	}
	for _, m := range s.source.mounts {
		if s.source.workdir == "" || m.to == s.source.workdir || strings.HasPrefix(s.source.workdir, m.to+"/") {
			s.source.mount = path.Join(m.from, strings.TrimPrefix(strings.TrimPrefix(s.source.workdir, m.to), "/"))
			if s.source.workdir == "" {
				s.source.mount = m.from
				s.source.workdir = m.to
			}
			return true
		}
	}
	return false
}

// external is an image that Banyan does not run: an address of this machine at which somebody else does.
func (d *draft) external(s *service, at string) {
	s.product = known(s.image.text)
	s.kind = site
	if s.product.opaque {
		s.kind = opaque
	}
	reachable := s.product.port > 0 || s.port() > 0 || d.reached(s)
	if s.image.text == "" {
		d.note(s.at, Skipped, at, "it has neither build nor image")
		s.kind = dropped
		return
	}
	if !reachable {
		d.note(s.at, Skipped, at, "Banyan runs no images yet, and nothing calls it: docker compose up -d "+s.was+" runs it as before")
		s.kind = dropped
		d.configures(s)
		return
	}
	if s.product.port == 0 {
		d.note(s.image.at, Guessed, at+".image", "nothing is known of the image: it is taken to speak HTTP")
	}
	why := "Banyan runs no images yet: it is external, at a port of this machine"
	if s.product.instead != "" {
		why += "; " + s.product.instead
	}
	d.note(s.image.at, Changed, at+".image", why)
}

// reached tells whether another service names it.
func (d *draft) reached(s *service) bool {
	return slices.ContainsFunc(d.services, func(other *service) bool {
		return other != s && (slices.ContainsFunc(other.needs, func(t text) bool { return t.text == s.was }) ||
			slices.ContainsFunc(other.env, func(v *setting) bool { return len(mentions(v, s)) > 0 }))
	})
}

// configures notes what was read of a service and does not apply to one that Banyan does not run.
func (d *draft) configures(s *service) {
	at := join("services", s.was)
	for _, v := range s.env {
		d.note(v.value.at, Skipped, join(at+".environment", v.name), "it configures the image, which Banyan does not run")
	}
	for key, c := range map[string]*command{"command": s.source.command, "entrypoint": s.source.entry} {
		if c != nil {
			d.note(c.at, Skipped, join(at, key), "it starts the image, which Banyan does not run")
		}
	}
	if s.source.workdir != "" || s.replicas != 1 || s.grace != "" {
		d.note(s.at, Skipped, at, "working_dir, replicas and stop_grace_period are those of containers, which Banyan does not run")
	}
	if s.health != nil && (s.kind != site || s.health.path == "") {
		d.note(s.health.at, Skipped, s.health.key, "an external is asked by HTTP only")
	} else if s.health != nil && s.health.timed() {
		d.note(s.health.at, Changed, s.health.key, "an external is asked at Banyan's own interval")
	}
	for _, p := range s.ports {
		if p.host == 0 && !p.udp {
			d.note(p.at, Skipped, at+".expose", "services reach it at a port of this machine")
		}
	}
	if s.watch {
		d.note(s.at, Skipped, at+".develop", "Banyan watches the sources of what it runs")
	}
}

// place gives each external one a port of this machine: the one that is published, else the product's own.
func (d *draft) place() {
	taken := map[int]bool{}
	for _, s := range d.services {
		if host, at := s.outside(); s.kind != process && host > 0 && !taken[host] {
			s.endpoint, taken[host] = endpoint{port: host, at: at}, true
		}
	}
	for _, s := range d.services {
		if s.kind == process || s.endpoint.port > 0 {
			continue
		}
		inner := s.inner()
		port := inner
		if port < 1024 {
			port += 8000
		}
		for taken[port] {
			port++
		}
		s.endpoint, taken[port] = endpoint{port: port, at: s.at, guessed: true}, true
		d.note(s.at, Guessed, join("services", s.was)+".ports",
			fmt.Sprintf("it is published at no port of this machine: add ports: [\"127.0.0.1:%d:%d\"] to it in the Compose file", port, inner))
	}
}

// inner is the port at which an external one answers within its container.
func (s *service) inner() int {
	if s.product.port > 0 {
		return s.product.port
	}
	if port := s.port(); port > 0 {
		return port
	}
	return 80
}

// outside is the published port of an external one: that of its own port where it has several.
func (s *service) outside() (int, diag.Position) {
	for _, p := range s.ports {
		if p.container == s.product.port && p.host > 0 {
			return p.host, p.at
		}
	}
	if s.product.port > 0 && s.kind == opaque {
		return 0, diag.Position{}
	}
	return s.published()
}

// depend makes a call of each dependency that a call can reach.
func (d *draft) depend(s *service) {
	for _, need := range s.needs {
		on := d.service(need.text)
		at := join("services", s.was) + ".depends_on"
		switch {
		case on == nil && !d.wasNamed(need.text):
			d.note(need.at, Skipped, at, "the file has no such service")
		case on == nil:
			d.note(need.at, Skipped, at, need.text+" is not imported")
		case s.kind != process:
			d.note(need.at, Skipped, at, "what is external declares no calls")
		case on.kind == opaque:
			d.note(need.at, Changed, at, on.name+" is no call: an edge to an external carries HTTP, so the service goes to the address itself")
		case on != s:
			s.call(on)
		}
	}
}

// unnamed notes what a service depends on and no variable names: its code holds the host name.
func (d *draft) unnamed(s *service) {
	for _, need := range s.needs {
		on := d.service(need.text)
		if on == nil || on == s || slices.ContainsFunc(s.env, func(v *setting) bool { return len(mentions(v, on)) > 0 }) {
			continue
		}
		where := "at $" + graph.EnvName(on.name) + "_URL"
		if on.kind == opaque {
			where = fmt.Sprintf("at 127.0.0.1:%d", on.endpoint.port)
		}
		d.note(need.at, Guessed, join("services", s.was)+".depends_on", "no variable says where "+on.name+" is: a host name in the code must become what is "+where)
	}
}

func (s *service) call(on *service) {
	if on != s && !slices.Contains(s.calls, on.name) {
		s.calls = append(s.calls, on.name)
		slices.Sort(s.calls)
	}
}

// wasNamed tells whether the input has a service of this name, imported or not.
func (d *draft) wasNamed(was string) bool {
	return slices.ContainsFunc(d.trees, func(n *node) bool {
		services := n.take("services")
		return services != nil && slices.ContainsFunc(services.value.keys, func(e *entry) bool { return e.key == was })
	})
}
