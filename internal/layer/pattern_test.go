package layer

import (
	"regexp"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/proxy"
)

func TestPatternsThatAreRefused(t *testing.T) {
	rows := []struct{ sentence, pattern, says string }{
		{"a pattern is a path", "orders/**", "slash"},
		{"two stars are last", "/a/**/b", "last"},
		{"a star is a whole segment", "/a/*.js", "whole segment"},
		{"so is a capture", "/a/v{n}", "whole segment"},
		{"a capture has a name", "/a/{}", "no name"},
		{"of letters, digits and underscores", "/a/{a-b}", "no name"},
		{"that is there once", "/{a}/{a}", "twice"},
		{"captures are bounded", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", "more than 8"},
		{"a literal that paths never have is told its normal form", "/a/%7ex", "/a/~x"},
		{"an encoded slash matches nothing", "/a%2Fb", "escaped slash"},
		{"an empty segment neither", "/a//b", "empty segment"},
		{"nor a dot segment", "/a/../b", "/b"},
		{"a query is no part of the path", "/a?b", "escaped"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if p, err := ParsePattern(row.pattern); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("%v, %v", p, err)
			}
		})
	}
}

func TestTemplates(t *testing.T) {
	rows := []struct{ sentence, pattern, template, path, want string }{
		{"captures stand where they are named", "/o/{id}/{line}", "/v2/{line}/{id}", "/o/7/8", "/v2/8/7"},
		{"beside other text too", "/o/{id}", "/v2/order-{id}.json", "/o/7", "/v2/order-7.json"},
		{"two stars are what they matched", "/o/**", "/v2/**", "/o/a/b", "/v2/a/b"},
		{"nothing included", "/o/**", "/v2/**", "/o", "/v2"},
		{"or the root", "/**", "/**", "/", "/"},
		{"nothing at all is the root", "/o/**", "/**", "/o", "/"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			p, err := ParsePattern(row.pattern)
			if err != nil {
				t.Fatal(err)
			}
			template, err := ParseTemplate(row.template, p)
			if err != nil {
				t.Fatal(err)
			}
			var c Captures
			if !p.Match(row.path, &c) || template.Expand(&c) != row.want {
				t.Fatalf("%q, want %q", template.Expand(&c), row.want)
			}
		})
	}
}

func TestTemplatesThatAreRefused(t *testing.T) {
	p, err := ParsePattern("/o/{id}")
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range []string{"v2", "/{other}", "/{id", "/a}", "/*", "/**", "/**/x"} {
		if _, err := ParseTemplate(template, p); err == nil {
			t.Errorf("%s passes", template)
		}
	}
}

func TestNamesThatAreOurs(t *testing.T) {
	for _, name := range []string{"X-Banyan-Caller", "x_banyan_caller", "X-BANYAN_x", "x-banyan-"} {
		if !Begins([]byte(name), "x-banyan-") {
			t.Errorf("%s gets through", name)
		}
	}
	for _, name := range []string{"X-Banyan", "X-Banyanish", "AX-Banyan-Caller", "X+Banyan+Caller"} {
		if Begins([]byte(name), "x-banyan-") {
			t.Errorf("%s is removed", name)
		}
	}
}

func TestHosts(t *testing.T) {
	rows := map[string]string{
		"Shop.Example:8080": "shop.example", "shop.example.": "shop.example", "[::1]:80": "::1", "[::1]": "::1", "": "", ":80": "", "127.0.0.1:7001": "127.0.0.1",
	}
	for authority, want := range rows {
		if got := string(AppendHost(nil, authority)); got != want {
			t.Errorf("%q is %q, want %q", authority, got, want)
		}
	}
}

// expression is the pattern as a regular expression: a second opinion.
func expression(p *Pattern) *regexp.Regexp {
	var e strings.Builder
	for _, s := range p.Segments {
		switch s.Kind {
		case Rest:
			e.WriteString(`(/.*)?`)
		case One:
			e.WriteString(`/[^/]+`)
		case Literal:
			e.WriteString("/" + regexp.QuoteMeta(s.Text))
		}
	}
	return regexp.MustCompile(`(?s)\A` + e.String() + `\z`)
}

func FuzzPattern(f *testing.F) {
	for _, seed := range [][2]string{
		{"/a/**", "/a"}, {"/a/{id}/*", "/a/b/c"}, {"/", "/"}, {"/**", "/"}, {"/a/", "/a/"}, {"/*", "/"}, {"/%C3%A4", "/%c3%a4"}, {"/{a}/**", "/x/y/z"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, raw string) {
		p, err := ParsePattern(text)
		if err != nil {
			return
		}
		path, err := proxy.NormalizePath(raw)
		if err != nil || path == "*" {
			return
		}
		var c Captures
		matches := p.Match(path, &c)
		if want := expression(p).MatchString(path); matches != want {
			t.Fatalf("%q matches %q: %v, want %v", text, path, matches, want)
		}
		if !matches {
			return
		}
		// A template of the same form makes the same path.
		var same strings.Builder
		for i, s := range p.Segments {
			if s.Kind == One && !isCaptured(p, i) {
				return
			}
			same.WriteString("/" + [...]string{"**", "", s.Text}[s.Kind])
			if s.Kind == One {
				same.WriteString("{" + p.names[indexOf(p.at, i)] + "}")
			}
		}
		template, err := ParseTemplate(same.String(), p)
		if err != nil {
			t.Fatalf("%q of %q: %v", same.String(), text, err)
		}
		if got := template.Expand(&c); got != path && path != "/" {
			t.Fatalf("%q makes %q of %q", same.String(), got, path)
		}
	})
}

func isCaptured(p *Pattern, segment int) bool { return indexOf(p.at, segment) >= 0 }

func indexOf(at []int, segment int) int {
	for i, s := range at {
		if s == segment {
			return i
		}
	}
	return -1
}
