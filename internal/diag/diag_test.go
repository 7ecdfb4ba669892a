package diag

import (
	"regexp"
	"strings"
	"testing"
)

func TestRenderShowsTheLineTheCaretAndTheHint(t *testing.T) {
	l := List{At(Position{"banyan.yaml", 23, 9}, UnknownService, "service %q calls %q, which does not exist", "orders", "paymnts").
		WithHint("did you mean %q? (declared at banyan.yaml:38:3)", "payments")}
	l[0].Text, l[0].Width = "        paymnts: {timeout: 2s}", 7
	var b strings.Builder
	if err := l.Render(&b); err != nil {
		t.Fatal(err)
	}
	const want = `banyan.yaml:23:9: error BYN-1007: service "orders" calls "paymnts", which does not exist
   23 |         paymnts: {timeout: 2s}
      |         ^^^^^^^
   did you mean "payments"? (declared at banyan.yaml:38:3)

1 error in 1 file
`
	if b.String() != want {
		t.Fatalf("rendered\n%s\nwant\n%s", b.String(), want)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"payments", "orders", "catalog"}
	rows := []struct{ sentence, name, want string }{
		{"a missing letter", "paymnts", "payments"},
		{"swapped letters", "oredrs", "orders"},
		{"another case is another letter", "Catalog", "catalog"},
		{"nothing near is nothing", "xyz", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := Nearest(row.name, known); got != row.want {
				t.Fatalf("nearest to %q is %q, want %q", row.name, got, row.want)
			}
		})
	}
}

func TestEachCodeIsWholeAndGivenOnce(t *testing.T) {
	form, seen := regexp.MustCompile(`^BYN-[1-4]\d{3}$`), map[Code]bool{}
	for _, e := range Entries() {
		if !form.MatchString(string(e.Code)) || e.Title == "" || e.Cause == "" || e.Way == "" || seen[e.Code] {
			t.Errorf("entry %+v is malformed, incomplete or given twice", e)
		}
		seen[e.Code] = true
	}
}

func TestSortDropsWhatIsSaidTwice(t *testing.T) {
	b := At(Position{"b", 1, 1}, BadValue, "b")
	a := At(Position{"a", 9, 1}, BadValue, "a")
	l := List{b, a, b}
	if l.Sort(); len(l) != 2 || l[0] != a {
		t.Fatalf("sorted: %v", l)
	}
}
