package book

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/docs"
)

func ask(t *testing.T, h http.Handler, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	return answer
}

func TestAddresses(t *testing.T) {
	h := Handler(open(t), docs.Pages)
	rows := []struct {
		sentence, target string
		status           int
		to, holds        string
	}{
		{"the contents", "/", 200, "", `<h1 id="the-book">The book</h1>`},
		{"a page", "/guides/running", 200, "", `<h1 id="running">Running</h1>`},
		{"a page by its file leads to its address", "/guides/running.md", 301, "/guides/running", ""},
		{"a folder with a slash as well", "/guides/", 301, "/guides", ""},
		{"the contents by their file", "/README.md", 301, "/", ""},
		{"a document that pages link to", "/openapi.json", 200, "", `"openapi"`},
		{"a page that is not there says so", "/nowhere", 404, "", "The book has no page at this address."},
		{"a file that is no document", "/docs.go", 404, "", "No such page"},
		{"nothing outside of the book", "/..%2fgo.json", 404, "", ""},
		{"a search", "/search?q=retry", 200, "", "<mark>retry</mark>"},
		{"a code that is searched for is its page", "/search?q=byn-1007", 303, "/errors/BYN-1007", ""},
		{"a search for nothing is the contents", "/search?q=+", 303, "/", ""},
		{"a search without a result says so", "/search?q=xyzzy", 200, "", "Nothing for “xyzzy”"},
		{"what is typed is text", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200, "", "&lt;script&gt;"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			answer := ask(t, h, http.MethodGet, row.target)
			if answer.Code != row.status || answer.Header().Get("Location") != row.to || !strings.Contains(answer.Body.String(), row.holds) {
				t.Fatalf("%d to %q\n%s", answer.Code, answer.Header().Get("Location"), answer.Body)
			}
			if answer.Header().Get("Content-Security-Policy") != policy {
				t.Error("no policy")
			}
		})
	}
	if answer := ask(t, h, http.MethodPost, "/"); answer.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", answer.Code)
	}
}

var (
	href  = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	named = regexp.MustCompile(` id="([^"]*)"`)
)

// Every page is served, and everything that it leads to is there: pages, headings, files. Nothing is loaded from elsewhere, and no
// script runs.
func TestTheSiteIsWhole(t *testing.T) {
	b := open(t)
	h := Handler(b, docs.Pages)
	ids := map[string]map[string]bool{}
	bodies := map[string]string{}
	for _, p := range b.Pages {
		answer := ask(t, h, http.MethodGet, p.Address())
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", p.Address(), answer.Code)
		}
		body := answer.Body.String()
		bodies[p.Address()], ids[p.Address()] = body, map[string]bool{}
		for _, m := range named.FindAllStringSubmatch(body, -1) {
			if ids[p.Address()][m[1]] {
				t.Errorf("%s has two parts with the name %s", p.Address(), m[1])
			}
			ids[p.Address()][m[1]] = true
		}
		for _, never := range []string{"<script", "style="} {
			if strings.Contains(strings.ToLower(body), never) {
				t.Errorf("%s holds %s", p.Address(), never)
			}
		}
	}
	seen := map[string]bool{}
	for from, body := range bodies {
		for _, m := range href.FindAllStringSubmatch(body, -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Fatal(err)
			}
			switch at := u.Path; {
			case u.Host != "":
				continue // a link that a person follows, or does not
			case at == "":
				at = from
				fallthrough
			case ids[at] != nil:
				if u.Fragment != "" && !ids[at][u.Fragment] {
					t.Errorf("%s leads to %s, where nothing has that name", from, m[1])
				}
			case !seen[at]:
				seen[at] = true
				if answer := ask(t, h, http.MethodGet, at); answer.Code != http.StatusOK {
					t.Errorf("%s leads to %s: %d", from, m[1], answer.Code)
				}
			}
		}
	}
}

func TestPrevAndNextFollowTheContents(t *testing.T) {
	b := open(t)
	at := b.Pages[2]
	body := ask(t, Handler(b, docs.Pages), http.MethodGet, at.Address()).Body.String()
	for _, want := range []string{`rel="prev" href="` + b.Pages[1].Address() + `"`, `class="after" href="` + b.Pages[3].Address() + `"`, `aria-current="page">` + at.Title} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}

// The book looks like the page of a running application: one set of colours.
func TestTheColoursAreThoseOfTheDashboard(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		colours, _, _ := strings.Cut(string(text), "* { box-sizing")
		return colours
	}
	if read("page/style.css") != read("../dashboard/page/style.css") {
		t.Error("the colours of internal/book/page/style.css are not those of internal/dashboard/page/style.css")
	}
}
