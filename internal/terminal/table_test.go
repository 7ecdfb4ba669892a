package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// example has a column of each kind.
func example() *Table {
	t := &Table{Indent: "  ", Columns: []Column{{Head: "service"}, {Head: "rate", Right: true}, {Head: "text", Shrink: true}, {Head: "owner", Drop: 2}, {Head: "at", Drop: 1}}}
	t.Row(Plain("orders"), Plain("7"), Plain("waits for the catalog to be ready"), Plain("team-a"), Faint("banyan.yaml:3"))
	t.Row(Plain("users"), Plain("1200"), Plain("runs"), Cell{}, Cell{})
	return t
}

func TestATableAdaptsToTheScreen(t *testing.T) {
	rows := []struct {
		sentence string
		width    int
		want     string
	}{
		{"a pipe has all of it, and no line ends in blanks", 0, "" +
			"  service  rate  text                               owner   at\n" +
			"  orders      7  waits for the catalog to be ready  team-a  banyan.yaml:3\n" +
			"  users    1200  runs\n"},
		{"what may be cut is cut first, down to a readable width", 60, "" +
			"  service  rate  text                  owner   at\n" +
			"  orders      7  waits for the catal…  team-a  banyan.yaml:3\n" +
			"  users    1200  runs\n"},
		{"then the column that matters least leaves", 54, "" +
			"  service  rate  text              at\n" +
			"  orders      7  waits for the c…  banyan.yaml:3\n" +
			"  users    1200  runs\n"},
		{"at last names become stumps", 26, "" +
			"  service  rate  text\n" +
			"  orders      7  waits fo…\n" +
			"  users    1200  runs\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got := example().Render(Screen{Width: row.width})
			if got != row.want {
				t.Fatalf("drawn\n%swant\n%s", got, row.want)
			}
			for _, l := range strings.Split(got, "\n") {
				if n := utf8.RuneCountInString(l); row.width > 0 && n > row.width {
					t.Errorf("%d columns: %s", n, l)
				}
			}
		})
	}
}

func TestATableWithoutHeadsBeginsWithItsRows(t *testing.T) {
	plain := Table{Columns: []Column{{}, {}}}
	plain.Row(Painted(Green, "+"), Plain("orders"))
	if got := plain.Render(Screen{Color: true}); got != "\x1b[32m+\x1b[0m  orders\n" {
		t.Fatalf("drawn %q", got)
	}
}

func TestColourTakesNoRoomInATable(t *testing.T) {
	coloured := example().Render(Screen{Width: 60, Color: true})
	var lines []string
	for _, l := range strings.Split(coloured, "\n") {
		lines = append(lines, (Screen{}).Harmless(l))
	}
	if got, want := strings.Join(lines, "\n"), example().Render(Screen{Width: 60}); got != want {
		t.Fatalf("drawn\n%swant\n%s", got, want)
	}
}
