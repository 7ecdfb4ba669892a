package red

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Family is a metric of the platform's own, as /metrics shows it.
type Family struct {
	// Name follows Prometheus' rules and begins with banyan_, or is a name that its clients share; Kind is counter or gauge.
	Name, Kind, Help string
	Samples          []Sample
}

// Sample is one value of a family. Labels are name and value in turn.
type Sample struct {
	Labels []string
	Value  float64
}

// Handler answers with everything measured, and what the given functions add, in the Prometheus text format 0.0.4.
// The names are OpenTelemetry's (semantic conventions 1.37, HTTP metrics) in Prometheus' spelling: dots become underscores, the
// unit a suffix (OpenTelemetry, Prometheus and OpenMetrics compatibility).
func (m *Meter) Handler(more ...func() []Family) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		out := bufio.NewWriter(w)
		m.write(out)
		for _, families := range more {
			for _, f := range families() {
				writeFamily(out, f)
			}
		}
		_ = out.Flush() // the client has left: nobody is there to tell
	})
}

func (m *Meter) write(w io.Writer) {
	begin(w, "http_server_request_duration_seconds", "histogram", "Duration of requests that the gateway served, by route.")
	for _, s := range sorted(m.served.all(), servedLabels) {
		writeHistogram(w, "http_server_request_duration_seconds", s)
	}
	begin(w, "http_client_request_duration_seconds", "histogram", "Duration of requests between services, by caller and callee.")
	for _, s := range sorted(m.called.all(), calledLabels) {
		writeHistogram(w, "http_client_request_duration_seconds", s)
	}
	writeFamily(w, Family{
		Name: "banyan_metrics_series_refused_total", Kind: "counter", Help: "Exchanges that found no series: there are too many.",
		Samples: []Sample{{Value: float64(m.Dropped())}},
	})
}

type series struct {
	labels    string
	histogram *histogram
}

// sorted puts the series of a table into the order of their labels, so that equal states give equal pages.
func sorted[K comparable](all map[K]*histogram, labels func(K) []string) []series {
	list := make([]series, 0, len(all))
	for key, h := range all {
		list = append(list, series{label(labels(key)), h})
	}
	slices.SortFunc(list, func(a, b series) int { return cmp.Compare(a.labels, b.labels) })
	return list
}

func servedLabels(k servedKey) []string {
	return append([]string{"http_route", k.route, "http_request_method", k.method}, outcome(k.protocol, k.status, k.failed)...)
}

func calledLabels(k calledKey) []string {
	labels := []string{"caller", k.caller, "callee", k.callee, "http_request_method", k.method}
	labels = append(labels, outcome(k.protocol, k.status, k.failed)...)
	if k.protocol == "grpc" && k.grpc >= 0 {
		labels = append(labels, "rpc_grpc_status_code", strconv.Itoa(k.grpc))
	}
	return labels
}

func outcome(protocol string, status int, failed bool) []string {
	labels := []string{"http_response_status_code", strconv.Itoa(status)}
	switch protocol {
	case "http/1.1":
		labels = append(labels, "network_protocol_version", "1.1")
	case "h2", "grpc":
		labels = append(labels, "network_protocol_version", "2")
	}
	if failed {
		labels = append(labels, "error_type", strconv.Itoa(status))
	}
	return labels
}

func writeHistogram(w io.Writer, name string, s series) {
	r := s.histogram.read()
	total, next := uint64(0), 0
	for i, bound := range bounds {
		total += r.counts[i]
		if next < len(advised) && bound == advised[next] {
			fmt.Fprintf(w, "%s_bucket{%s,le=\"%s\"} %d\n", name, s.labels, number(bound), total)
			next++
		}
	}
	total += r.counts[len(bounds)]
	fmt.Fprintf(w, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, s.labels, total)
	fmt.Fprintf(w, "%s_sum{%s} %s\n", name, s.labels, number(float64(s.histogram.nanos.Load())/1e9))
	fmt.Fprintf(w, "%s_count{%s} %d\n", name, s.labels, total)
}

func writeFamily(w io.Writer, f Family) {
	begin(w, f.Name, f.Kind, f.Help)
	for _, s := range f.Samples {
		if len(s.Labels) == 0 {
			fmt.Fprintf(w, "%s %s\n", f.Name, number(s.Value))
			continue
		}
		fmt.Fprintf(w, "%s{%s} %s\n", f.Name, label(s.Labels), number(s.Value))
	}
}

func begin(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// label writes name="value" pairs; backslash, quote and line feed are escaped, as the format asks.
func label(pairs []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(pairs[i] + `="` + escape.Replace(pairs[i+1]) + `"`)
	}
	return b.String()
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
