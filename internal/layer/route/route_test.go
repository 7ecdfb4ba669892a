package route

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
)

func pick1(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// randomRule has few names, so that many rules match the same requests.
func randomRule(t *testing.T, r *rand.Rand) *Rule {
	t.Helper()
	var path strings.Builder
	for range r.IntN(4) {
		path.WriteString("/" + pick1(r, "a", "b", "*", "{x}", "c"))
	}
	if path.Len() == 0 || r.IntN(3) == 0 {
		path.WriteString("/**")
	}
	text := strings.Replace(path.String(), "{x}", "{y}", 1)
	text = strings.Replace(text, "{x}", "{z}", 1)
	pattern, err := layer.ParsePattern(text)
	if err != nil {
		t.Fatal(text, err)
	}
	var methods []string
	for _, m := range []string{"GET", "HEAD", "POST"} {
		if r.IntN(4) == 0 {
			methods = append(methods, m)
		}
	}
	host := pick1(r, "", "", "shop.example", "*.example", "*.shop.example", "eu.shop.example")
	return &Rule{Host: host, Methods: methods, Pattern: pattern, Route: &exchange.Route{Name: host + text + fmt.Sprint(methods)}}
}

// precedence says which of two rules that match the same request wins, by the words of the Gateway API alone.
func precedence(a, b *Rule, method string) int {
	exact := func(r *Rule) int {
		if r.Host != "" && !strings.HasPrefix(r.Host, "*") {
			return len(r.Host)
		}
		return 0
	}
	for _, d := range []int{
		exact(a) - exact(b), len(a.Host) - len(b.Host), a.Pattern.Compare(b.Pattern), a.Accepts(method) - b.Accepts(method),
	} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// hostMatches is a second opinion.
func hostMatches(pattern, host string) bool {
	if rest, wild := strings.CutPrefix(pattern, "*."); wild {
		return strings.HasSuffix(host, "."+rest)
	}
	return pattern == "" || pattern == host
}

func TestTheOrderOfRulesDecidesNothing(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		var rules []*Rule
		for range 1 + r.IntN(14) {
			rule := randomRule(t, r)
			if !slices.ContainsFunc(rules, func(other *Rule) bool { return Conflict(other, rule) }) {
				rules = append(rules, rule)
			}
		}
		tables := []*Table{NewTable(rules)}
		for range 2 {
			r.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
			tables = append(tables, NewTable(rules))
		}
		for range 40 {
			path := strings.TrimSuffix("/"+pick1(r, "a/", "b/", "x/", "")+pick1(r, "a/", "c/", "x/", "")+pick1(r, "b", "c", ""), pick1(r, "/", "?"))
			if path == "" || strings.Contains(path, "//") {
				path = "/"
			}
			host, method := pick1(r, "shop.example", "eu.shop.example", "example", "other"), pick1(r, "GET", "HEAD", "POST", "PUT")
			want := oracle(rules, host, method, path)
			for i, table := range tables {
				if got := table.Match(host, method, path); got != want {
					t.Fatalf("seed %d, table %d: %s %s%s goes to %s, want %s", seed, i, method, host, path, name(got), name(want))
				}
			}
		}
	}
}

func oracle(rules []*Rule, host, method, path string) *Rule {
	var best *Rule
	for _, rule := range rules {
		if !hostMatches(rule.Host, host) || !rule.Pattern.Match(path, nil) || rule.Accepts(method) == 0 {
			continue
		}
		if best == nil || precedence(rule, best, method) > 0 {
			best = rule
		}
	}
	return best
}

func name(r *Rule) string {
	if r == nil {
		return "none"
	}
	return r.Route.Name
}

func FuzzTable(f *testing.F) {
	f.Add("/a/**", "/a/{id}", "/a/b", "GET")
	f.Add("/**", "/*", "/", "HEAD")
	f.Fuzz(func(t *testing.T, one, two, path, method string) {
		var rules []*Rule
		for _, text := range []string{one, two} {
			p, err := layer.ParsePattern(text)
			if err != nil {
				return
			}
			rules = append(rules, &Rule{Pattern: p, Methods: []string{"GET"}, Route: &exchange.Route{Name: text}})
		}
		if Conflict(rules[0], rules[1]) {
			return
		}
		got := NewTable(rules).Match("h", method, path)
		if want := oracle(rules, "h", method, path); got != want {
			t.Fatalf("%s %q goes to %s, want %s", method, path, name(got), name(want))
		}
	})
}
