package origin_test

import (
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer/origin"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestWhoMaySendAPageTo(t *testing.T) {
	for _, c := range []struct {
		about, method, fields string
		passes                bool
	}{
		{"curl says nothing", "POST", "", true},
		{"an address that was typed", "GET", "Sec-Fetch-Site: none, Sec-Fetch-Mode: navigate, Sec-Fetch-Dest: document", true},
		{"a link on some site is opened", "GET", "Sec-Fetch-Site: cross-site, Sec-Fetch-Mode: navigate, Sec-Fetch-Dest: document", true},
		{"a page of the application", "POST", "Origin: https://shop.localhost:8443, Sec-Fetch-Site: same-site", true},
		{"a development server beside it", "POST", "Origin: http://localhost:5173, Sec-Fetch-Site: cross-site", true},
		{"one at an address", "POST", "Origin: http://127.0.0.1:3000", true},
		{"one at the other loopback address", "POST", "Origin: http://[::1]:3000", true},
		{"a page of the web", "POST", "Origin: https://evil.example, Sec-Fetch-Site: cross-site", false},
		{"one whose name begins alike", "GET", "Origin: https://localhost.evil.example", false},
		{"one whose name only ends alike", "GET", "Origin: https://evillocalhost", false},
		{"a frame without an origin", "POST", "Origin: null", false},
		{"an origin that is none", "GET", "Origin: https://%zz", false},
		{"an image in a page of the web", "GET", "Sec-Fetch-Site: cross-site, Sec-Fetch-Mode: no-cors, Sec-Fetch-Dest: image", false},
		{"a frame in one", "GET", "Sec-Fetch-Site: cross-site, Sec-Fetch-Mode: navigate, Sec-Fetch-Dest: iframe", false},
		{"a form that one sends", "POST", "Sec-Fetch-Site: cross-site, Sec-Fetch-Mode: navigate, Sec-Fetch-Dest: document", false},
	} {
		x := &exchange.Exchange{}
		x.Request.Method = c.method
		for field := range strings.SplitSeq(c.fields, ", ") {
			if name, value, found := strings.Cut(field, ": "); found {
				x.Request.Add(name, value)
			}
		}
		passed := false
		err := origin.Layer()(exchange.HandlerFunc(func(*exchange.Exchange) error { passed = true; return nil })).Handle(x)
		if passed != c.passes || (err == nil) != c.passes {
			t.Errorf("%s: passed %v, %v", c.about, passed, err)
		}
		if err != nil && problem.CauseOf(err).Code != diag.ForeignOrigin {
			t.Errorf("%s: refused with %v", c.about, err)
		}
	}
}
