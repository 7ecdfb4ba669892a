package terminal

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Column is one of a table.
type Column struct {
	Head string
	// Right aligns numbers; Shrink lets the column be cut down to 8; a greater Drop leaves first, 0 never.
	Right, Shrink bool
	Drop          int
}

// Cell is text with its style.
type Cell struct {
	Text  string
	Style Style
}

// Table is a list that adapts to the screen: it cuts what may be cut, then leaves columns out, so that no line wraps.
type Table struct {
	Indent  string
	Columns []Column
	rows    [][]Cell
}

// Row adds one; it has a cell for each column.
func (t *Table) Row(cells ...Cell) { t.rows = append(t.rows, cells) }

// Plain is a cell without a style.
func Plain(text string) Cell { return Cell{Text: text} }

// Faint is a cell of what matters least.
func Faint(text string) Cell { return Cell{text, Dim} }

// Painted is a cell with a style.
func Painted(how Style, text string) Cell { return Cell{text, how} }

const (
	gap      = 2
	shortest = 8
)

// Render draws the table for a screen, with a line of heads where a column has one.
func (t *Table) Render(s Screen) string {
	widths := t.widths()
	t.narrow(widths, s.Width)
	var b strings.Builder
	heads := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = Faint(c.Head)
	}
	rows := t.rows
	if slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Head != "" }) {
		rows = append([][]Cell{heads}, rows...)
	}
	for _, row := range rows {
		b.WriteString(t.line(s, row, widths) + "\n")
	}
	return b.String()
}

func (t *Table) widths() []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = utf8.RuneCountInString(c.Head)
		for _, row := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i].Text))
		}
	}
	return widths
}

// narrow makes the widths fit; a column that leaves has width 0.
func (t *Table) narrow(widths []int, limit int) {
	for over := t.over(widths, limit); over > 0; over = t.over(widths, limit) {
		if !t.shrink(widths, over) && !t.leave(widths) {
			return
		}
	}
}

func (t *Table) over(widths []int, limit int) int {
	if limit <= 0 {
		return 0
	}
	total := len(t.Indent) - gap
	for _, w := range widths {
		if w > 0 {
			total += w + gap
		}
	}
	return total - limit
}

func (t *Table) shrink(widths []int, over int) bool {
	widest := -1
	for i, c := range t.Columns {
		if c.Shrink && widths[i] > shortest && (widest < 0 || widths[i] > widths[widest]) {
			widest = i
		}
	}
	if widest < 0 {
		return false
	}
	// Down to a readable width first; when that is not enough, columns leave before names become stumps.
	floor := shortest
	if widths[widest] > 2*shortest {
		floor = 2 * shortest
	} else if t.leave(widths) {
		return true
	}
	widths[widest] = max(floor, widths[widest]-over)
	return true
}

func (t *Table) leave(widths []int) bool {
	first := -1
	for i, c := range t.Columns {
		if c.Drop > 0 && widths[i] > 0 && (first < 0 || c.Drop > t.Columns[first].Drop) {
			first = i
		}
	}
	if first < 0 {
		return false
	}
	widths[first] = 0
	return true
}

func (t *Table) line(s Screen, row []Cell, widths []int) string {
	b := strings.Builder{}
	b.WriteString(t.Indent)
	trailing := 0
	for i, c := range t.Columns {
		if widths[i] == 0 {
			continue
		}
		text := Fit(row[i].Text, widths[i])
		space := widths[i] - utf8.RuneCountInString(text)
		if c.Right {
			trailing, space = trailing+space, 0
		}
		if text != "" {
			b.WriteString(strings.Repeat(" ", trailing) + s.Paint(row[i].Style, text))
			trailing = 0
		}
		trailing += space + gap
	}
	return b.String()
}
