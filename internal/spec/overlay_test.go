package spec

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestOverlaysNameWhatIsThere(t *testing.T) {
	const base = "banyan: 1\napp: shop\nservices:\n  gow: {run: ./gow, calls: [bank]}\n  mail: {run: ./mail}\nexternal:\n  bank: {url: \"https://bank.example\"}\n"
	rows := []struct{ sentence, over, want string }{
		{"a service of the file may change", "services: {gow: {replicas: 3}}", ""},
		{"one that the file does not have is a slip", "services: {gwo: {replicas: 3}}", `changes the service "gwo", which does not exist`},
		{"but for a new one, which has run", "services: {post: {run: ./post}}", ""},
		{"or what an expression makes of it", "services: {post: {run: \"${env.POST}\"}}", ""},
		{"or build: that it lacks run shows when the environment is used", "services: {post: {build: make}}", ""},
		{"what is there may be removed", "services: {mail: null}", ""},
		{"what is not there may not", "services: {mial: null}", `changes the service "mial", which does not exist`},
		{"a service may become an external of the same name", "services: {mail: null, gow: {calls: [mail]}}\nexternal: {mail: {url: \"https://mail.example\"}}", ""},
		{"an external that is not there is a slip", "external: {bnak: {health: /up}}", `changes the external service "bnak", which does not exist`},
		{"a new one has an address", "external: {post: {endpoints: [\"10.0.0.5:9000\"]}}", ""},
		{"a call to nothing is a slip", "services: {gow: {calls: {bnak: {timeout: 1s}}}}", `service "gow" calls "bnak", which does not exist in`},
		{"in the list too", "services: {gow: {calls: [bnak]}}", `service "gow" calls "bnak", which does not exist in`},
		{"a call to what the overlay adds is none", "services: {gow: {calls: [post]}, post: {run: ./post}}", ""},
		{"a call to what it removes is one", "services: {gow: {calls: [mail]}, mail: null}", `service "gow" calls "mail", which does not exist in`},
		{"removing the call to what it removes is none", "services: {gow: {calls: {mail: null}}, mail: null}", ""},
		{"a route to nothing is a slip", "gateway: {routes: [{path: /x, to: gwo}]}", `the route leads to "gwo", which does not exist in`},
		{"a share of one too", "gateway: {routes: [{path: /x, to: {gow: 1, gwo: 2}}]}", `the route leads to "gwo", which does not exist in`},
		{"what an expression gives is judged when it is known", "gateway: {routes: [{path: /x, to: \"${env.TO}\"}]}", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			indented := "    " + strings.ReplaceAll(row.over, "\n", "\n    ")
			text := base + "environments:\n  other:\n" + indented + "\n"
			_, found := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName), text)})
			if row.want == "" && len(found) > 0 || row.want != "" && (len(found) != 1 || found[0].Code != diag.UnknownService || !strings.Contains(found[0].Message, row.want)) {
				t.Fatalf("found %v, want %q", found, row.want)
			}
		})
	}
}

func TestASlipInBanyanLocalIsSaidOnceAtItsLine(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, localName), "services:\n  gwo: {replicas: 2}\n")
	main := write(t, filepath.Join(folder, fileName), "banyan: 1\napp: shop\nservices: {gow: {run: ./gow}}\n")
	_, found := Load(Options{File: main})
	if len(found) != 1 || found[0].At.String() != localName+":2:3" || !strings.Contains(found[0].Hint, `"gow"`) {
		t.Fatalf("found %v", found)
	}
	if _, found = Load(Options{File: main, Environment: "other"}); len(found) != 1 || strings.Contains(found[0].Message, "gwo") {
		t.Fatalf("in another environment the file of this machine is judged: %v", found)
	}
}

// As many as a file can have; the log tells that the work is their sum, not their product.
func TestEverySlipOfManyOverlaysIsSaid(t *testing.T) {
	var b strings.Builder
	b.WriteString("banyan: 1\napp: shop\nservices:\n")
	for i := range 4900 {
		fmt.Fprintf(&b, "  s%d: {run: s}\n", i)
	}
	b.WriteString("environments:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  e%d: {services: {x%d: {}}}\n", i, i)
	}
	start := time.Now()
	_, found := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName), b.String())})
	t.Logf("took %s", time.Since(start))
	if len(found) != 3000 {
		t.Fatalf("found %d slips, want 3000", len(found))
	}
}
