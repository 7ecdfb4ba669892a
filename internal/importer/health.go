package importer

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

// health is a health check of the input.
type health struct {
	at   diag.Position
	path string
	grpc bool
	// The times are as they are written; empty is Banyan's own.
	interval, timeout, within string
	threshold                 int
	// key is where it stands.
	key string
}

// An HTTP check is a curl or wget of this container itself.
var (
	probeTool = regexp.MustCompile(`(^|[\s/;&|(])(curl|wget|http)\b`)
	probeURL  = regexp.MustCompile(`https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^/\s'"|;&]*)?(/[^\s'"|;&)]*)?`)
	healthFit = regexp.MustCompile(`^/[A-Za-z0-9._~!$&()+,=:@/-]*(\?[A-Za-z0-9._~!$&()+,=:@/?%-]*)?$`)
)

// healthcheck reads a health check where it is one that Banyan can make: HTTP or gRPC.
func (d *draft) healthcheck(n *node, path string) *health {
	e := n.take("healthcheck")
	if e == nil || !d.is(e, table) {
		return nil
	}
	path += ".healthcheck"
	h := &health{at: e.at, key: path}
	test, disabled := d.words(e.value, "test"), d.word(e.value, "disable") == "true"
	line := []string{}
	for _, word := range test {
		line = append(line, word.text)
	}
	if joined := strings.Join(line, " "); disabled || joined == "NONE" {
		d.note(e.at, Changed, path, "Banyan takes a service to be ready when its port accepts")
	} else if !h.understood(joined) && len(test) > 0 {
		d.note(test[0].at, Skipped, path+".test", "Banyan asks by HTTP, gRPC or by the port, and runs no command: the port is asked")
	}
	d.times(h, e.value, path)
	if !h.asks() && !h.timed() {
		return nil
	}
	return h
}

// asks tells whether more than the port is asked.
func (h *health) asks() bool { return h.path != "" || h.grpc }

func (h *health) timed() bool { return h.interval+h.timeout+h.within != "" || h.threshold > 0 }

func (h *health) understood(line string) bool {
	if strings.Contains(line, "grpc_health_probe") || strings.Contains(line, "grpc-health-probe") {
		h.grpc = true
		return true
	}
	m := probeURL.FindStringSubmatch(line)
	if m == nil || !probeTool.MatchString(line) {
		return false
	}
	if h.path = m[1]; h.path == "" {
		h.path = "/"
	}
	if !healthFit.MatchString(h.path) || strings.Contains(h.path, "//") || strings.Contains(h.path, "/.") {
		h.path = ""
	}
	return h.path != ""
}

// times takes what differs from Banyan's defaults. start_period has no counterpart but the time until the first good answer.
func (d *draft) times(h *health, n *node, path string) {
	h.interval = d.duration(n, "interval", path, graph.DefaultHealthInterval)
	h.timeout = d.duration(n, "timeout", path, graph.DefaultHealthTimeout)
	if e := n.take("retries"); e != nil {
		switch count, ok := d.number(e); {
		case ok && count == graph.DefaultHealthThreshold:
			d.note(e.at, Changed, path+".retries", "left out: it is what Banyan does anyway")
		case ok:
			h.threshold = min(max(count, 1), 100)
		}
	}
	if start := d.duration(n, "start_period", path, 0); start != "" {
		if long, _ := unit.ParseDuration(start); long > graph.DefaultHealthWithin {
			h.within = start
		}
		at := n.take("start_period").at
		d.note(at, Changed, path+".start_period", "an instance has "+unit.Duration(graph.DefaultHealthWithin)+" until its first good answer, or this time where it is longer")
	}
}

// duration is a time as Banyan writes it, "" when it is absent or the default.
func (d *draft) duration(n *node, key, path string, standard time.Duration) string {
	e := n.take(key)
	if e == nil || !d.is(e, scalar) {
		return ""
	}
	if has(e.value.text, isRef) {
		d.note(e.at, Skipped, join(path, key), "its value is not known here: .env does not give the variable")
		return ""
	}
	long, err := time.ParseDuration(strings.TrimSpace(e.value.text))
	if err != nil || long < 0 {
		d.refuse(e.value.at, diag.BadValue, "write one such as 10s", "%s is no time", key)
		return ""
	}
	if long == 0 || long == standard {
		d.note(e.at, Changed, join(path, key), "left out: "+unit.Duration(standard)+" is what Banyan does anyway")
		return ""
	}
	written := unit.Duration(long)
	if back, err := unit.ParseDuration(written); err != nil || back != long {
		return long.String() // it has more than two units
	}
	return written
}

// graceful is how long the service may take to end.
func (d *draft) graceful(n *node, path string) string {
	return d.duration(n, "stop_grace_period", path, graph.DefaultGrace)
}

// replicas are those of deploy, or of the older scale.
func (d *draft) replicas(n *node, path string) int {
	count, at := 1, n.take("scale")
	if at != nil {
		count = d.numberOr(at, 1)
	}
	if deploy := n.take("deploy"); deploy != nil && d.is(deploy, table) {
		if e := deploy.value.take("replicas"); e != nil {
			count = d.numberOr(e, 1)
			at = e
		}
	}
	if count > graph.MaxReplicas {
		d.note(at.at, Changed, path+".deploy.replicas", "Banyan keeps at most "+strconv.Itoa(graph.MaxReplicas)+" instances of a service")
		count = graph.MaxReplicas
	}
	return count
}
