package importer

import (
	"fmt"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// fronts are names of the service that people open, the likeliest first.
var fronts = []string{
	"web", "frontend", "front-end", "front", "webapp", "gateway-service", "proxy", "nginx", "ui", "client", "app", "www", "site", "store", "storefront",
}

// published is a service that the input makes reachable from outside.
type published struct {
	*service
	host int
	at   diag.Position
}

// expose makes a route of each published service. One of them has every host; a route of the gateway tells the others by theirs, since
// all ports become the gateway's one.
func (d *draft) expose() {
	all := d.published()
	if len(all) == 0 {
		return
	}
	front := all[0]
	for _, name := range slices.Backward(fronts) {
		if at := slices.IndexFunc(all, func(p published) bool { return p.name == name }); at >= 0 {
			front = all[at]
		}
	}
	d.listen = d.listensAt(front)
	for _, p := range all {
		key := join("services", p.was) + ".ports"
		if p.service == front.service {
			d.routes = append(d.routes, route{to: p.name, remark: fmt.Sprintf("it was published at port %d", p.host)})
			d.note(p.at, Changed, key, "a route leads to it: the gateway answers at "+d.listen)
			continue
		}
		host := p.name + ".localhost"
		d.routes = append(d.routes, route{host: host, to: p.name, remark: fmt.Sprintf("it was published at port %d", p.host)})
		d.note(p.at, Changed, key, "a route leads to it by its host: http://"+host+d.listen[len("127.0.0.1"):])
	}
}

// published are the services that get a route: processes, and images that people open in a browser.
func (d *draft) published() []published {
	var all []published
	for _, s := range d.services {
		host, at := s.published()
		if host == 0 {
			continue
		}
		key := join("services", s.was) + ".ports"
		for _, p := range s.ports {
			if p.host > 0 && p.host != host && !p.udp && !debugger(p.container) {
				d.note(p.at, Skipped, key, "a service of Banyan has one port, the first")
			}
		}
		if s.kind == process || s.kind == site && (s.product.page || s.product.port == 0) {
			all = append(all, published{s, host, at})
		}
	}
	return all
}

// listensAt is the gateway's address: the port that people know, where it is free and needs no privilege.
func (d *draft) listensAt(front published) string {
	port := front.host
	if port < 1024 || front.kind != process {
		port = 8080
	}
	for slices.ContainsFunc(d.services, func(s *service) bool { return s.kind != process && s.endpoint.port == port }) {
		port++
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}
