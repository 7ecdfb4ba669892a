package book

import (
	"fmt"
	"path"
	"strings"

	"github.com/banyan-run/banyan/internal/markdown"
	"github.com/banyan-run/banyan/internal/terminal"
)

// Text is the page for a terminal of some columns. Without colour the marks of code stay, so that no meaning hangs on it.
func (p *Page) Text(screen terminal.Screen, columns int) string {
	w := text{page: p, screen: screen, columns: columns}
	w.blocks(p.Blocks, 0)
	return strings.TrimRight(w.String(), "\n") + "\n"
}

type text struct {
	strings.Builder
	page    *Page
	screen  terminal.Screen
	columns int
}

func (w *text) line(indent int, text string) {
	w.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+text, " ") + "\n")
}

// folded writes a text behind indent columns, the first line behind mark.
func (w *text) folded(indent int, mark, text string) {
	behind := indent + terminal.Columns(mark)
	w.line(indent, mark+terminal.Hang(text, behind, w.columns))
}

func (w *text) blocks(all []markdown.Block, indent int) {
	for _, b := range all {
		switch b.Kind {
		case markdown.Heading:
			w.folded(indent, "", w.screen.Paint(terminal.Bold, strings.ReplaceAll(w.spans(b.Text), "`", "")))
		case markdown.Paragraph:
			w.folded(indent, "", w.spans(b.Text))
		case markdown.Code:
			for line := range strings.Lines(b.Code) {
				w.line(indent+4, strings.TrimRight(line, "\n"))
			}
		case markdown.List:
			w.list(b, indent)
		case markdown.Table:
			w.table(b, indent)
		}
		w.WriteString("\n")
	}
}

func (w *text) list(b markdown.Block, indent int) {
	for i, item := range b.Items {
		mark := "- "
		if b.Start > 0 {
			mark = fmt.Sprintf("%d. ", b.Start+i)
		}
		if len(item) > 0 && item[0].Kind == markdown.Paragraph {
			w.folded(indent+2, mark, w.spans(item[0].Text))
			item = item[1:]
		} else {
			w.line(indent+2, mark)
		}
		if len(item) > 0 {
			inner := text{page: w.page, screen: w.screen, columns: w.columns}
			inner.blocks(item, indent+2+len(mark))
			w.WriteString(strings.TrimRight(inner.String(), "\n") + "\n")
		}
	}
}

// table draws columns where they fit, and otherwise each row below its first cell.
func (w *text) table(b markdown.Block, indent int) {
	widths, rows := make([]int, len(b.Head)), [][]string{}
	for _, row := range append([][][]markdown.Span{b.Head}, b.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = w.spans(cell)
			widths[i] = max(widths[i], terminal.Columns(cells[i]))
		}
		rows = append(rows, cells)
	}
	total := indent + 2
	for _, n := range widths {
		total += n + 2
	}
	if total-2 <= w.columns {
		w.grid(b, rows, widths, indent)
		return
	}
	w.records(rows, indent)
}

func (w *text) grid(b markdown.Block, rows [][]string, widths []int, indent int) {
	for r, row := range rows {
		var cells []string
		for i, cell := range row {
			fill := strings.Repeat(" ", widths[i]-terminal.Columns(cell))
			if r == 0 {
				cell = w.screen.Paint(terminal.Dim, cell)
			}
			if b.Right[i] {
				cells = append(cells, fill+cell)
			} else {
				cells = append(cells, cell+fill)
			}
		}
		if line := strings.Join(cells, "  "); strings.TrimSpace(line) != "" {
			w.line(indent+2, line)
		}
	}
}

func (w *text) records(rows [][]string, indent int) {
	head := rows[0]
	width := 0
	for _, name := range head[1:] {
		width = max(width, terminal.Columns(name))
	}
	for _, row := range rows[1:] {
		w.folded(indent+2, "", w.screen.Paint(terminal.Bold, terminal.First(row[0], "–")))
		for i, cell := range row[1:] {
			if cell == "" {
				continue
			}
			mark := ""
			if width > 0 {
				mark = w.screen.Paint(terminal.Dim, head[i+1]) + strings.Repeat(" ", width-terminal.Columns(head[i+1])+2)
			}
			w.folded(indent+4, mark, cell)
		}
	}
}

func (w *text) spans(all []markdown.Span) string {
	var b strings.Builder
	for _, s := range all {
		switch s.Style {
		case markdown.Plain:
			b.WriteString(s.Text)
		case markdown.Verbatim:
			if w.screen.Color {
				b.WriteString(w.screen.Paint(terminal.Accent, s.Text))
			} else {
				b.WriteString("`" + s.Text + "`")
			}
		case markdown.Strong, markdown.Emphasis:
			b.WriteString(w.screen.Paint(terminal.Bold, w.spans(s.Spans)))
		case markdown.Link:
			b.WriteString(w.spans(s.Spans) + w.leads(s))
		}
	}
	return b.String()
}

// leads says how to come where a link leads, where its text does not say so itself.
func (w *text) leads(s markdown.Span) string {
	file := resolve(w.page.Path, s.To)
	switch {
	case strings.Contains(s.To, "://") && s.To != markdown.Words(s.Spans):
		return " (" + s.To + ")"
	case !strings.HasSuffix(file, ".md") || file == w.page.Path:
		return ""
	}
	name := terminal.First(nameOf(file), "contents")
	if path.Base(name) == markdown.Words(s.Spans) { // a code is enough to ask for its page
		return ""
	}
	return w.screen.Paint(terminal.Dim, " (banyan docs "+name+")")
}
