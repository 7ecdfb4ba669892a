package dashboard

import (
	"testing"
	"unicode/utf8"
)

func TestSaid(t *testing.T) {
	for _, c := range []struct{ about, text, want string }{
		{"text stays", "order 7 stored", "order 7 stored"},
		{"logfmt stays", `level=INFO msg="order stored" order=7`, `level=INFO msg="order stored" order=7`},
		{"of JSON the message comes first, then what no column has, in its order",
			`{"time":"2026-11-24T22:03:40Z","level":"INFO","status":200,"msg":"GET /reviews/top","service":"reviews","trace_id":"7f66","ms":0.048}`,
			"GET /reviews/top  status=200  ms=0.048"},
		{"what is nested stays as written", `{"message":"stored","order":{"id":7,"rows":[1,2]}}`, `stored  order={"id":7,"rows":[1,2]}`},
		{"a second message is a member", `{"msg":"a","message":"b"}`, "a  message=b"},
		{"without a message the line stays", `{"status":200}`, `{"status":200}`},
		{"what is cut short stays", `{"msg":"a`, `{"msg":"a`},
		{"what follows the object is not lost", `{"msg":"a"} and more`, `{"msg":"a"} and more`},
		{"a list stays", `["msg"]`, `["msg"]`},
		{"what JSON had escaped is cleaned again", `{"msg":"\u001b[31mred\u001b[0m \u202egnp","k\u0000":"v"}`, "red \ufffdgnp  k␀=v"},
	} {
		if got := said(Text(c.text)); string(got) != c.want {
			t.Errorf("%s: said(%q) is %q, want %q", c.about, c.text, got, c.want)
		}
	}
}

func FuzzSaid(f *testing.F) {
	for _, seed := range []string{"", `{"msg":"a","b":1}`, `{"msg":"\u001b[31m"}`, "{", `{"msg":{}}`, `{"a":"\ud800","msg":"x"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := string(said(Text(plain(text))))
		if !utf8.ValidString(got) || got != plain(got) && len(got) < longest {
			t.Errorf("said(%q) is %q, which is not clean", text, got)
		}
	})
}
