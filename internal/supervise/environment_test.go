package supervise

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/redact"
)

func TestEnvironment(t *testing.T) {
	o := orders()
	o.Service.Files = []graph.Variable{
		{Name: "FROM_FILE", Value: "first", At: diag.Position{File: ".env", Line: 1, Column: 1}}, {Name: "FROM_FILE", Value: "second", At: diag.Position{File: "orders/.env", Line: 1, Column: 1}},
		{Name: "CURRENCY", Value: "USD"}, {Name: "PORT", Value: "1"}, {Name: "CATALOG_URL", Value: "x"}, {Name: "BANYAN_X", Value: "y"},
	}
	base := Place{
		App: o.App, Service: o.Service, Instance: "orders.1", Port: 4000, Run: "r1", Release: "1-aaaa",
		Edges: map[string]string{"catalog": "127.0.0.1:5000"}, Environ: []string{"PATH=/bin"},
	}
	for _, row := range []struct {
		says         string
		change       func(*Place)
		name, want   string
		source       string
		shallBeThere bool
	}{
		{"its port", func(*Place) {}, "PORT", "4000", FromPlatform, true},
		{"where it listens", func(*Place) {}, "HOST", "127.0.0.1", FromPlatform, true},
		{"what it calls", func(*Place) {}, "CATALOG_URL", "http://127.0.0.1:5000", FromCall, true},
		{"what it calls, for .NET", func(*Place) {}, "services__catalog__http__0", "http://127.0.0.1:5000", FromCall, true},
		{"the file", func(*Place) {}, "CURRENCY", "EUR", FromFile, true},
		{"what banyan up was started with", func(*Place) {}, "PATH", "/bin", FromOutside, true},
		{"the file wins over what is outside", func(p *Place) { p.Environ = []string{"CURRENCY=USD"} }, "CURRENCY", "EUR", FromFile, true},
		{"the platform wins over what is outside", func(p *Place) { p.Environ = []string{"PORT=1"} }, "PORT", "4000", FromPlatform, true},
		{"an outer banyan's mark does not reach it", func(p *Place) { p.Environ = []string{"BANYAN_CONTROL=1"} }, "BANYAN_CONTROL", "", "", false},
		{"a file of variables", func(p *Place) {}, "FROM_FILE", "second", FromDotenv, true},
		{"the file wins over a file of variables", func(p *Place) {}, "CURRENCY", "EUR", FromFile, true},
		{"what is outside wins over a file of variables", func(p *Place) { p.Environ = []string{"FROM_FILE=real"} }, "FROM_FILE", "real", FromOutside, true},
		{"the platform wins over a file of variables", func(p *Place) {}, "PORT", "4000", FromPlatform, true},
		{"a call wins over a file of variables", func(p *Place) {}, "CATALOG_URL", "http://127.0.0.1:5000", FromCall, true},
		{"a file cannot pass for the platform", func(p *Place) {}, "BANYAN_X", "", "", false},
		{"a call without an address is not named", func(p *Place) { p.Edges, p.Service = nil, &graph.Service{Name: "orders", Calls: p.Service.Calls} }, "CATALOG_URL", "", "", false},
		{"an entry without a name is dropped", func(p *Place) { p.Environ = []string{"=C:=x", "nothing"} }, "", "", "", false},
	} {
		t.Run(row.says, func(t *testing.T) {
			p := base
			row.change(&p)
			all := Environment(p)
			at := slices.IndexFunc(all, func(v Value) bool { return v.Name == row.name })
			if (at >= 0) != row.shallBeThere || at >= 0 && (all[at].Value != row.want || all[at].Source != row.source) {
				t.Errorf("%s: %v", row.name, all)
			}
			if !slices.IsSortedFunc(all, func(a, b Value) int { return strings.Compare(a.Name, b.Name) }) {
				t.Errorf("it is not sorted: %v", all)
			}
		})
	}
}

func TestAVariableTellsWhatItWonOver(t *testing.T) {
	o := orders()
	at := func(file string, line int) diag.Position { return diag.Position{File: file, Line: line, Column: 1} }
	o.Service.Files = []graph.Variable{{Name: "CURRENCY", Value: "A", At: at(".env", 1)}, {Name: "CURRENCY", Value: "B", At: at("orders/.env", 2)}}
	for _, v := range Environment(Place{App: o.App, Service: o.Service, Instance: "orders.1", Environ: []string{"CURRENCY=C"}}) {
		want := []Origin{{Source: FromOutside}, {FromDotenv, at("orders/.env", 2)}, {FromDotenv, at(".env", 1)}}
		if v.Name == "CURRENCY" && (v.Value != "EUR" || !slices.Equal(v.Over, want)) {
			t.Errorf("it is %+v", v)
		}
	}
}

func TestEveryPlatformVariableIsSet(t *testing.T) {
	o := orders()
	all := Environment(Place{App: o.App, Service: o.Service, Instance: "orders.1", Port: 1})
	for _, name := range graph.PlatformVariables() {
		if !slices.ContainsFunc(all, func(v Value) bool { return v.Name == name && v.Source == FromPlatform }) {
			t.Errorf("%s is promised and not set", name)
		}
	}
}

func TestLines(t *testing.T) {
	secrets := &redact.Set{}
	if err := secrets.Replace([]string{"s3cr3t!"}); err != nil {
		t.Fatal(err)
	}
	piece := func(stream, text string) keeper.Output {
		return keeper.Output{Stream: stream, Data: []byte(text)}
	}
	var many []keeper.Output
	var last []string
	for n := range 30 {
		many = append(many, piece(keeper.Stdout, fmt.Sprintf("line %d\n", n)))
		if n >= 10 {
			last = append(last, fmt.Sprintf("line %d", n))
		}
	}
	for _, row := range []struct {
		says   string
		pieces []keeper.Output
		want   []string
	}{
		{"a line in pieces", []keeper.Output{piece(keeper.Stdout, "he"), piece(keeper.Stdout, "llo\n")}, []string{"hello"}},
		{"two streams do not mix within a line", []keeper.Output{piece(keeper.Stdout, "a"), piece(keeper.Stderr, "b\n"), piece(keeper.Stdout, "c\n")}, []string{"b", "ac"}},
		{"a line without an end counts", []keeper.Output{piece(keeper.Stderr, "panic: x")}, []string{"panic: x"}},
		{"empty lines do not", []keeper.Output{piece(keeper.Stdout, "\n \r\na\r\n")}, []string{"a"}},
		{"a secret is masked", []keeper.Output{piece(keeper.Stdout, "key s3cr"), piece(keeper.Stdout, "3t!\n")}, []string{"key " + redact.Mask}},
		{"a long line is cut", []keeper.Output{piece(keeper.Stdout, strings.Repeat("x", 3*maxLine)+"\n")}, []string{strings.Repeat("x", maxLine)}},
		{"the newest twenty stay", many, last},
	} {
		t.Run(row.says, func(t *testing.T) {
			l := &lines{secrets: secrets}
			for _, p := range row.pieces {
				l.write(p)
			}
			if got := l.last(); !slices.Equal(got, row.want) {
				t.Errorf("they are %q, want %q", got, row.want)
			}
			l.clear()
			if got := l.last(); len(got) != 0 {
				t.Errorf("after clear: %q", got)
			}
		})
	}
}
