package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// writer puts the file together, line by line.
type writer struct {
	strings.Builder
	*draft
}

// width is where a line is broken that could be one or several.
const width = 100

func (w *writer) line(indent int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

// write is the banyan.yaml.
func (d *draft) write() []byte {
	w := &writer{draft: d}
	w.line(0, "# Made by banyan import from %s. Where a comment says guess, look twice.", w.comment(strings.Join(d.report.Read, ", ")))
	w.line(0, "banyan: 1")
	w.line(0, "app: %s", quote(d.app))
	w.gateway()
	w.processes()
	w.externals()
	return []byte(w.String())
}

func (w *writer) gateway() {
	if len(w.routes) == 0 {
		return
	}
	w.line(0, "")
	w.line(0, "gateway:")
	w.line(1, "listen: %s", quote(w.listen))
	w.line(1, "routes:")
	for _, r := range w.routes {
		host := ""
		if r.host != "" {
			host = "host: " + quote(r.host) + ", "
		}
		w.line(2, "- {%spath: \"/**\", to: %s}   # %s", host, quote(r.to), r.remark)
	}
}

func (w *writer) processes() {
	first := true
	for _, s := range w.services {
		if s.kind != process {
			continue
		}
		if w.line(0, ""); first {
			w.line(0, "services:")
		}
		first = false
		w.service(s)
	}
}

// service writes the keys in the order in which a reader asks: where it is, how it is made, what it gets, how it is seen.
func (w *writer) service(s *service) {
	w.line(1, "%s:", quote(s.name))
	if s.run.dir != "" {
		w.line(2, "dir: %s", w.value(s.run.dir))
	}
	if s.run.build != "" {
		w.command("build", s.run.build)
	}
	if s.run.remark != "" {
		w.line(2, "# %s", w.comment(s.run.remark))
	}
	w.run(s)
	w.env(s)
	switch {
	case s.worker:
		w.line(2, "health: none")
	case s.health != nil:
		w.health(s.health)
	}
	if s.replicas != 1 {
		w.line(2, "replicas: %d", s.replicas)
	}
	if len(s.calls) > 0 {
		w.line(2, "calls: [%s]", strings.Join(quoted(s.calls), ", "))
	}
	if s.grace != "" {
		w.line(2, "grace: %s", quote(s.grace))
	}
	if s.watch {
		w.line(2, "watch: true")
	}
}

func quoted(all []string) []string {
	made := make([]string, len(all))
	for i, one := range all {
		made[i] = quote(one)
	}
	return made
}

// command writes a line that a shell reads only where one is needed.
func (w *writer) command(key, line string) {
	if words := strings.Fields(line); !slices.ContainsFunc(words, func(word string) bool { return !plainWord.MatchString(word) }) {
		w.line(2, "%s: %s", key, quote(line))
		return
	}
	w.line(2, "%s: [sh, -c, %s]", key, w.value(line))
}

func (w *writer) run(s *service) {
	switch {
	case len(s.run.folded) > 0:
		w.line(2, "run:")
		w.line(3, "- sh")
		w.line(3, "- -c")
		w.line(3, "- >-")
		for _, line := range s.run.folded {
			w.line(4, "%s", strings.ReplaceAll(line, "${", "$${"))
		}
	case s.run.shell != "":
		w.line(2, "run: [sh, -c, %s]", w.value(s.run.shell))
	case !slices.ContainsFunc(s.run.words, func(word string) bool { return !plainWord.MatchString(word) }):
		w.line(2, "run: %s", quote(strings.Join(s.run.words, " ")))
	default:
		words := make([]string, len(s.run.words))
		for i, word := range s.run.words {
			words[i] = w.value(word)
		}
		w.line(2, "run: [%s]", strings.Join(words, ", "))
	}
}

// foldable tells whether YAML folds a line back into the same text (YAML 1.2.2 §8.1.3).
func foldable(line string) bool {
	return line != "" && line == strings.TrimSpace(line) && printable(line) == line
}

func (w *writer) env(s *service) {
	if len(s.env) == 0 {
		return
	}
	slices.SortStableFunc(s.env, func(a, b *setting) int { return strings.Compare(a.name, b.name) })
	short, remarks := make([]string, len(s.env)), false
	for i, v := range s.env {
		short[i] = quote(v.name) + ": " + loose(w.template(v.value.text))
		remarks = remarks || v.remark != ""
	}
	if flow := "env: {" + strings.Join(short, ", ") + "}"; !remarks && len(s.env) < 4 && len(flow) < width {
		w.line(2, "%s", flow)
		return
	}
	w.line(2, "env:")
	for i, v := range s.env {
		if v.remark != "" {
			short[i] += "   # " + w.comment(v.remark)
		}
		w.line(3, "%s", short[i])
	}
}

func (w *writer) health(h *health) {
	var parts []string
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+value)
		}
	}
	switch {
	case h.path != "":
		add("path", w.value(h.path))
	case h.grpc:
		add("grpc", "true")
	default:
		add("port", "true")
	}
	add("interval", h.interval)
	add("timeout", h.timeout)
	if h.threshold > 0 {
		add("threshold", strconv.Itoa(h.threshold))
	}
	add("within", h.within)
	if len(parts) == 1 && h.path != "" {
		w.line(2, "health: %s", w.value(h.path))
		return
	}
	w.line(2, "health: {%s}", strings.Join(parts, ", "))
}

func (w *writer) externals() {
	var all []*service
	names := []string{}
	for _, s := range w.services {
		if s.kind == site || s.kind == opaque {
			all, names = append(all, s), append(names, s.was)
		}
	}
	if len(all) == 0 {
		return
	}
	w.line(0, "")
	w.line(0, "# Banyan runs no images yet. These go on as they are: docker compose up -d %s", w.comment(strings.Join(names, " ")))
	w.line(0, "external:")
	for _, s := range all {
		remark := s.image.text
		if s.endpoint.guessed {
			remark += fmt.Sprintf("; guess: publish it there, with ports: [\"127.0.0.1:%d:%d\"]", s.endpoint.port, s.inner())
		}
		address := fmt.Sprintf("endpoints: [\"127.0.0.1:%d\"]", s.endpoint.port)
		if s.kind == site && s.health != nil && s.health.path != "" {
			address += ", health: " + w.value(s.health.path)
		}
		w.line(1, "%s: {%s}   # %s", quote(s.name), address, w.comment(remark))
	}
}
