package proxy_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/proxy"
)

func TestNormalizePath(t *testing.T) {
	rows := []struct{ sentence, raw, want string }{
		{"a plain path stays", "/api/v1/orders", "/api/v1/orders"},
		{"the root stays", "/", "/"},
		{"a slash at the end stays", "/a/", "/a/"},
		{"the asterisk stays", "*", "*"},
		{"unreserved escapes are decoded", "/%61%2D%2e%5F%7e%41", "/a-._~A"},
		{"other escapes get upper-case digits", "/caf%c3%a9/%3b", "/caf%C3%A9/%3B"},
		{"a percent sign stays escaped", "/100%25", "/100%25"},
		{"and never makes a new escape", "/%252e%252e/a", "/%252e%252e/a"},
		{"a dot segment is resolved", "/a/./b", "/a/b"},
		{"a double dot segment too", "/a/b/../c", "/a/c"},
		{"at the end it leaves a slash", "/a/b/..", "/a/"},
		{"a dot at the end too", "/a/.", "/a/"},
		{"above the root is the root", "/../../a", "/a"},
		{"escaped dot segments are dot segments", "/a/%2e%2E/b", "/b"},
		{"three dots are a name", "/a/.../b", "/a/.../b"},
		{"dots in a name stay", "/.well-known/a..b", "/.well-known/a..b"},
		{"parameters of a name stay", "/a;v=1/b", "/a;v=1/b"},
		{"an empty segment is refused", "/a//b", ""},
		{"at the beginning too", "//a", ""},
		{"a dot segment with parameters is refused", "/a/..;/b", ""},
		{"a single one too", "/a/.;x/b", ""},
		{"an escaped slash is refused", "/a%2Fb", ""},
		{"in lower case too", "/a%2fb", ""},
		{"an escaped backslash is refused", "/a%5Cb", ""},
		{"a backslash is refused", `/a\b`, ""},
		{"an escaped zero byte is refused", "/a%00", ""},
		{"a bad escape is refused", "/a%zz", ""},
		{"a cut escape is refused", "/a%2", ""},
		{"a lone percent sign is refused", "/%", ""},
		{"a space is refused", "/a b", ""},
		{"a byte above ASCII is refused", "/é", ""},
		{"a question mark is refused", "/a?b", ""},
		{"a path without a slash is refused", "a", ""},
		{"nothing is refused", "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got, err := proxy.NormalizePath(row.raw)
			if got != row.want || (err == nil) != (row.want != "") {
				t.Fatalf("NormalizePath(%q) is %q, %v; want %q", row.raw, got, err, row.want)
			}
		})
	}
}

func FuzzNormalizePath(f *testing.F) {
	for _, seed := range []string{"/", "*", "/a/../b", "/%2e%2e/%61", "/%252f", "/a;b/..;/", "/..", "/a/.../", "/%2E%2e%2F"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := proxy.NormalizePath(raw)
		if err != nil || once == "*" {
			return
		}
		if twice, err := proxy.NormalizePath(once); err != nil || twice != once {
			t.Fatalf("%q becomes %q, and that %q, %v", raw, once, twice, err)
		}
		if strings.Contains(once, "//") || strings.Contains(once, `\`) || strings.Contains(once+"/", "/../") || strings.Contains(once+"/", "/./") {
			t.Fatalf("%q becomes %q", raw, once)
		}
		// An escape never separates: who unescapes the whole path finds the segments that it has.
		plain, err := url.PathUnescape(once)
		if err != nil || strings.Count(plain, "/") != strings.Count(once, "/") {
			t.Fatalf("%q becomes %q, unescaped %q, %v", raw, once, plain, err)
		}
	})
}
