package markdown

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// HTML writes blocks. address turns a link's target into where it leads on the page; an empty one leaves the text alone.
func HTML(blocks []Block, address func(to string) string) string {
	w := writer{address: address}
	w.blocks(blocks, false)
	return w.String()
}

type writer struct {
	strings.Builder
	address func(string) string
}

func (w *writer) put(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// blocks leaves the first paragraph of a short item bare, as CommonMark does in a tight list.
func (w *writer) blocks(all []Block, tight bool) {
	for i, b := range all {
		switch b.Kind {
		case Heading:
			w.heading(b)
		case Code:
			w.put("<pre tabindex=\"0\"><code>%s</code></pre>\n", html.EscapeString(b.Code))
		case List:
			w.list(b)
		case Table:
			w.table(b)
		case Paragraph:
			w.paragraph(b, tight && i == 0)
		}
	}
}

func (w *writer) heading(b Block) {
	id := html.EscapeString(b.ID)
	w.put("<h%d id=\"%s\">", b.Level, id)
	w.spans(b.Text)
	if b.Level > 1 {
		w.put(" <a class=\"here\" href=\"#%s\" aria-label=\"Link to this section\">#</a>", id)
	}
	w.put("</h%d>\n", b.Level)
}

func (w *writer) paragraph(b Block, bare bool) {
	if bare {
		w.spans(b.Text)
		return
	}
	w.wrapped("p", b.Text)
	w.put("\n")
}

func (w *writer) list(b Block) {
	tag, start := listTag(b)
	w.put("<%s%s>\n", tag, start)
	for _, item := range b.Items {
		w.put("<li>")
		w.blocks(item, true)
		w.put("</li>\n")
	}
	w.put("</%s>\n", tag)
}

func listTag(b Block) (tag, start string) {
	switch b.Start {
	case 0:
		return "ul", ""
	case 1:
		return "ol", ""
	}
	return "ol", fmt.Sprintf(" start=\"%d\"", b.Start)
}

func (w *writer) table(b Block) {
	w.put("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>")
	for i, cell := range b.Head {
		w.cell("th", cell, b.Right[i])
	}
	w.put("</tr></thead>\n<tbody>\n")
	for _, row := range b.Rows {
		w.put("<tr>")
		for i, cell := range row {
			w.cell("td", cell, b.Right[i])
		}
		w.put("</tr>\n")
	}
	w.put("</tbody></table></div>\n")
}

func (w *writer) cell(tag string, spans []Span, right bool) {
	class := ""
	if right {
		class = " class=\"n\""
	}
	w.put("<%s%s>", tag, class)
	w.spans(spans)
	w.put("</%s>", tag)
}

func (w *writer) spans(all []Span) {
	for _, s := range all {
		switch s.Style {
		case Plain:
			w.put("%s", html.EscapeString(s.Text))
		case Verbatim:
			w.put("<code>%s</code>", html.EscapeString(s.Text))
		case Strong:
			w.wrapped("strong", s.Spans)
		case Emphasis:
			w.wrapped("em", s.Spans)
		case Link:
			w.link(s)
		}
	}
}

func (w *writer) wrapped(tag string, spans []Span) {
	w.put("<%s>", tag)
	w.spans(spans)
	w.put("</%s>", tag)
}

func (w *writer) link(s Span) {
	to := w.address(s.To)
	if to == "" || !harmless(to) {
		w.spans(s.Spans)
		return
	}
	w.put("<a href=\"%s\">", html.EscapeString(to))
	w.spans(s.Spans)
	w.put("</a>")
}

// harmless lets no address run a script.
func harmless(to string) bool {
	u, err := url.Parse(to)
	return err == nil && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https")
}
