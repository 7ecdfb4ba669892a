package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
)

// mention is where a value names a service: the bytes from..to, of which the name and its port are the end.
type mention struct {
	from, to int
	scheme   string
	port     int
	// user says that a name and a password stand between scheme and host.
	user bool
}

// A variable that names a host is called like one; a bare word elsewhere, as CACHE=redis, is no host.
var hostName = regexp.MustCompile(`(?i)(^|_)(HOST|HOSTS|HOSTNAME|ADDR|ADDRESS|SERVER|SERVERS|URL|URI|ENDPOINT|ENDPOINTS|NODE|NODES|BROKER|BROKERS|SERVICE)$`)

var schemeBefore = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*)://([^\s/?#]*@)?$`)

// names are all under which a service is reached.
func (s *service) names() []string { return append([]string{s.was}, s.aliases...) }

// maxLooked bounds the values in which hosts are looked for, in bytes: a longer one is a document, not an address.
const maxLooked = 8 << 10

// mentions finds a service in a value, from left to right.
func mentions(v *setting, s *service) []mention {
	var all []mention
	if len(v.value.text) > maxLooked {
		return nil
	}
	for _, name := range s.names() {
		if name == "" {
			continue
		}
		for from := 0; ; {
			at := strings.Index(v.value.text[from:], name)
			if at < 0 {
				break
			}
			at += from
			from = at + len(name)
			if m, is := mentioned(v, at, from); is {
				all = append(all, m)
			}
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return a.from - b.from })
	apart := all[:0]
	for _, m := range all {
		if len(apart) == 0 || m.from >= apart[len(apart)-1].to { // one name may be the beginning of another
			apart = append(apart, m)
		}
	}
	return apart
}

// mentioned tells whether the name at from..to is a host, and reads what belongs to it.
func mentioned(v *setting, from, to int) (mention, bool) {
	text := v.value.text
	before, after := text[:from], text[to:]
	m := mention{from: from, to: to}
	if part := schemeBefore.FindStringSubmatchIndex(before); part != nil {
		m.scheme, m.user = before[part[2]:part[3]], part[4] >= 0
		if !m.user {
			m.from = part[0]
		}
	}
	if before != "" && m.scheme == "" && !strings.ContainsAny(before[len(before)-1:], ",; \"'[@=") {
		return m, false
	}
	port := after
	if strings.HasPrefix(after, ":") {
		end := 1
		for end < len(after) && after[end] >= '0' && after[end] <= '9' {
			end++
		}
		m.port, _ = strconv.Atoi(after[1:end])
		if m.port > 0 {
			m.to, port = to+end, after[end:]
		}
	}
	if port != "" && !strings.ContainsAny(port[:1], "/,; \"'?#]") {
		return m, false
	}
	bare := m.scheme == "" && m.port == 0
	return m, !bare || hostName.MatchString(v.name)
}

// rewire makes the variables of a process mean the same on this machine: what a call gives is taken from there, an external's address is
// written out, and what Banyan sets itself is left out.
func (d *draft) rewire(s *service) {
	secrets := d.secretsOf()
	kept := make([]*setting, 0, len(s.env))
	for _, v := range s.env {
		if d.hide(s, v, secrets); len(v.value.text) > maxLooked {
			d.note(v.value.at, Guessed, d.key(s, v), "it is too long to be searched for names of services")
		}
		d.redirect(s, v)
		if d.keeps(s, v) {
			kept = append(kept, v)
		}
	}
	s.env = slices.DeleteFunc(kept, d.left)
}

// redirect replaces the hosts in a value.
func (d *draft) redirect(s *service, v *setting) {
	for _, on := range d.services {
		d.hidden(s, v, on)
		whole := v.value.text
		found := mentions(v, on)
		for _, m := range slices.Backward(found) {
			v.value.text = v.value.text[:m.from] + d.address(s, v, on, m, m.from == 0 && m.to == len(whole)) + v.value.text[m.to:]
			v.mapped = has(v.value.text, isCallRef)
		}
	}
}

// hidden notes that a value which is not copied names a service: only its owner can change it.
func (d *draft) hidden(s *service, v *setting, on *service) {
	for _, r := range v.value.text {
		if !isEnvRef(r) {
			continue
		}
		own := d.variables[d.refs.named(r)]
		if own == nil || len(mentions(&setting{name: v.name, value: text{own.value, own.at}}, on)) == 0 {
			continue
		}
		why := fmt.Sprintf("its value names %s, which is at 127.0.0.1:%d on this machine: change it there", on.name, on.endpoint.port)
		if on.kind == process {
			s.call(on)
			why = fmt.Sprintf("its value names %s, which is at $%s_URL for this service", on.name, graph.EnvName(on.name))
		}
		d.note(own.at, Guessed, d.key(s, v), why)
	}
}

func (d *draft) key(s *service, v *setting) string {
	return join("services."+s.was+".environment", v.name)
}

// address is what stands for a mention.
func (d *draft) address(s *service, v *setting, on *service, m mention, alone bool) string {
	switch {
	case on.kind == opaque:
		return d.direct(s, v, on, m)
	case on == s:
		return d.itself(s, v, m)
	case on.kind == site && m.port > 0 && m.port != on.inner() && on.publishes(m.port):
		return d.direct(s, v, on, m) // an edge leads to one port; this is another
	}
	s.call(on)
	name := graph.EnvName(on.name)
	if inner := on.inner(); m.port > 0 && on.port() > 0 && m.port != inner && m.port != on.port() {
		d.note(v.value.at, Guessed, d.key(s, v), fmt.Sprintf("%s is asked at its port %d; a service of Banyan has one port, and the call leads there", on.name, m.port))
	}
	switch {
	case !m.user && (m.scheme == "http" || m.scheme == "https"):
		if m.scheme == "https" {
			d.note(v.value.at, Guessed, d.key(s, v), "a call within this machine is http")
		}
		return d.refs.call(name + "_URL")
	case m.scheme != "" && !m.user:
		return m.scheme + "://" + d.refs.call(name+"_ADDR")
	case m.scheme == "" && m.port == 0 && alone:
		d.partner(s, v, d.refs.call(name+"_SERVICE_PORT"), on.inner())
		return d.refs.call(name + "_SERVICE_HOST")
	}
	return d.refs.call(name + "_ADDR")
}

// itself is where an instance finds itself.
func (d *draft) itself(s *service, v *setting, m mention) string {
	d.note(v.value.at, Guessed, d.key(s, v), "it names the service itself, which is at 127.0.0.1:$PORT")
	address := "127.0.0.1"
	if m.scheme != "" || m.port > 0 {
		address += ":" + d.refs.call("PORT")
	}
	if m.scheme != "" && !m.user {
		address = m.scheme + "://" + address
	}
	return address
}

// direct is the address of an external one that no call reaches.
func (d *draft) direct(s *service, v *setting, on *service, m mention) string {
	port := strconv.Itoa(on.endpoint.port)
	v.remark = on.name
	for _, p := range on.ports {
		if m.port > 0 && p.container == m.port && p.host > 0 && !p.udp {
			m.port, port = on.inner(), strconv.Itoa(p.host) // it publishes several
			break
		}
	}
	prefix := ""
	if m.scheme != "" && !m.user {
		prefix = m.scheme + "://"
	}
	switch {
	case m.port > 0 && m.port != on.inner():
		d.note(v.value.at, Guessed, d.key(s, v), fmt.Sprintf("it goes to port %d of %s, for which no port of this machine is known", m.port, on.name))
		return prefix + "127.0.0.1:" + strconv.Itoa(m.port)
	case m.port > 0, m.scheme != "" && on.endpoint.port != on.inner():
		return prefix + "127.0.0.1:" + port
	case m.scheme == "" && on.endpoint.port != on.inner() && !d.partner(s, v, port, on.inner()):
		d.note(v.value.at, Guessed, d.key(s, v), "it has no port beside it; on this machine "+on.name+" is at "+port)
	}
	return prefix + "127.0.0.1"
}

// publishes tells whether a port of the container has one of this machine.
func (s *service) publishes(number int) bool {
	return slices.ContainsFunc(s.ports, func(p port) bool { return p.container == number && p.host > 0 && !p.udp })
}

// partner gives X_PORT, where X_HOST names the service, the port that belongs to it.
func (d *draft) partner(s *service, v *setting, port string, inner int) bool {
	at := strings.LastIndexByte(v.name, '_')
	for _, other := range s.env {
		if other.name == v.name[:at+1]+"PORT" && at > 0 && other.value.text == strconv.Itoa(inner) {
			other.value.text, other.mapped = port, has(port, isCallRef)
			return true
		}
	}
	return false
}

// keeps drops the variables that Banyan sets, and those of which the call gives exactly the same.
func (d *draft) keeps(s *service, v *setting) bool {
	if slices.Contains(graph.PlatformVariables(), v.name) || strings.HasPrefix(v.name, "BANYAN_") {
		s.ported = s.ported || v.name == "PORT"
		d.note(v.value.at, Changed, d.key(s, v), "Banyan sets it: an instance listens where PORT and HOST say")
		return false
	}
	for _, r := range v.value.text {
		if v.value.text == string(r) && isCallRef(r) && d.refs.named(r) == v.name {
			d.note(v.value.at, Changed, d.key(s, v), "the call gives it")
			return false
		}
	}
	return true
}
