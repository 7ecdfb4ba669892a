package importer

import (
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// ports reads what is published, and what is exposed to other containers only (compose-spec, "ports" and "expose").
func (d *draft) ports(n *node, path string) []port {
	var all []port
	if e := n.take("ports"); e != nil && d.is(e, list) {
		for _, item := range e.value.items {
			one, ok := d.port(item, path)
			if ok {
				all = append(all, one)
			}
		}
	}
	for _, exposed := range d.words(n, "expose") {
		if number, ok := d.portNumber(exposed, path+".expose"); ok {
			all = append(all, port{container: number, at: exposed.at})
		}
	}
	return all
}

func (d *draft) port(item *node, path string) (port, bool) {
	switch item.form {
	case scalar:
		return d.shortPort(text{item.text, item.at}, path+".ports")
	case table:
		return d.longPort(item, path+".ports")
	}
	d.refuse(item.at, diag.WrongType, `write "8080:80"`, "an entry of ports is %s", item.form)
	return port{}, false
}

// shortPort reads [IP:][HOST:]CONTAINER[/PROTOCOL], where ranges stand for their first.
func (d *draft) shortPort(t text, path string) (port, bool) {
	whole, protocol, _ := strings.Cut(t.text, "/")
	p := port{at: t.at, udp: protocol == "udp"}
	cut := strings.LastIndexByte(whole, ':')
	var ok bool
	if p.container, ok = d.portNumber(text{whole[cut+1:], t.at}, path); !ok {
		return p, false
	}
	if cut >= 0 {
		host := whole[:cut]
		host = host[strings.LastIndexByte(host, ':')+1:]
		if host != "" {
			if p.host, ok = d.portNumber(text{host, t.at}, path); !ok {
				return p, false
			}
		}
	}
	d.unused(p, path)
	return p, true
}

func (d *draft) longPort(n *node, path string) (port, bool) {
	p := port{at: n.at, udp: d.word(n, "protocol") == "udp"}
	var ok bool
	if p.container, ok = d.portNumber(d.text(n, "target"), path+".target"); !ok {
		return p, false
	}
	if published := d.text(n, "published"); published.text != "" {
		if p.host, ok = d.portNumber(published, path+".published"); !ok {
			return p, false
		}
	}
	d.unused(p, path)
	return p, true
}

func (d *draft) unused(p port, path string) {
	switch {
	case p.udp:
		d.note(p.at, Skipped, path, "Banyan carries no UDP")
	case debugger(p.container):
		d.note(p.at, Skipped, path, "it is the port of a debugger, which starts beside the service and needs no route")
	}
}

// portNumber reads a port; of a range, the first.
func (d *draft) portNumber(t text, path string) (int, bool) {
	if has(t.text, isRef) {
		d.note(t.at, Skipped, path, "its value is not known here: .env does not give the variable")
		return 0, false
	}
	first, _, ranged := strings.Cut(strings.TrimSpace(t.text), "-")
	first, _, _ = strings.Cut(first, "/")
	number, err := strconv.ParseUint(first, 10, 16)
	if err != nil || number == 0 {
		at := t.at
		if at.IsZero() {
			return 0, false
		}
		d.refuse(at, diag.BadValue, `write a port between 1 and 65535, as in "8080:80"`, "the port is no number")
		return 0, false
	}
	if ranged {
		d.note(t.at, Changed, path, "of a range of ports, the first is taken: instances get ports of their own")
	}
	return int(number), true
}
