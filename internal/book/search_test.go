package book

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/banyan-run/banyan/docs"
)

// The first answer is what a person who types this looks for.
func TestWhatIsLookedForComesFirst(t *testing.T) {
	x := open(t).Index()
	rows := []struct{ query, first string }{
		{"threshold", "/reference/file#servicesnamehealththreshold"},
		{"BYN-2103", "/errors/BYN-2103"},
		{"port taken", "/errors/BYN-2002"},
		{"install", "/install"},
		{"threat model", "/threat-model"},
		{"exit codes", "/reference/cli#exit-codes"},
		{"rewrite", "/reference/file#gatewayroutesrewrite"},
		{"banyan scale", "/reference/cli#banyan-scale"},
	}
	for _, row := range rows {
		if hits := x.Search(row.query, 5); len(hits) == 0 || hits[0].Address != row.first {
			t.Errorf("%q finds %+v, not %s", row.query, hits, row.first)
		}
	}
}

func TestSearch(t *testing.T) {
	b, err := Open(fstest.MapFS{
		"README.md": {Data: []byte("# Book\n\n- [a](a.md)\n- [b](b.md)\n")},
		"a.md":      {Data: []byte("# Apples\n\nPears are no apples.\n\n## Peeling\n\nWith a knife, or retry-after.\n")},
		"b.md":      {Data: []byte("# Pears\n\n" + strings.Repeat("Nothing but words. ", 40) + "Ein Apfelbaum.\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := b.Index()
	rows := []struct{ sentence, query, want string }{
		{"a title goes before a mention", "pears", "/b /a"},
		{"one and many are one word", "pear", "/b /a"},
		{"a heading is a place of its own", "peeling", "/a#peeling"},
		{"the beginning of a word finds it", "apf", "/b"},
		{"all words must be there", "pears apples", "/a"},
		{"or else some of them", "knife xyzzy", "/a#peeling"},
		{"a part of a word with a dash", "retry", "/a#peeling"},
		{"nothing", "xyzzy", ""},
		{"no word at all", "?!", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			var found []string
			for _, h := range x.Search(row.query, 9) {
				found = append(found, h.Address)
			}
			if got := strings.Join(found, " "); got != row.want {
				t.Fatalf("%q finds %q, not %q", row.query, got, row.want)
			}
		})
	}
}

func FuzzSearch(f *testing.F) {
	b, err := Open(docs.Pages)
	if err != nil {
		f.Fatal(err)
	}
	x := b.Index()
	for _, seed := range []string{"retry", "BYN-1007", "…", "\xff", "a b c", strings.Repeat("a ", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		query = trimmed(query)
		if len(query) > 200 || !utf8.ValidString(query) {
			t.Fatalf("%q", query)
		}
		for _, h := range x.Search(query, 5) {
			joined := ""
			for _, p := range pieces(h.Excerpt, query) {
				joined += p.Text
			}
			if joined != h.Excerpt {
				t.Fatalf("%q became %q", h.Excerpt, joined)
			}
		}
	})
}
