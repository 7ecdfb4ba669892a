package markdown

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// deepest bounds the nesting of lists: a page from elsewhere must not exhaust the stack.
const deepest = 20

// parser goes through the lines of one page, or of one item of a list.
type parser struct {
	lines []string
	depth int
	ids   map[string]int
}

// Parse reads a page.
func Parse(text string) []Block {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	p := parser{lines: strings.Split(text, "\n"), ids: map[string]int{}}
	return p.blocks()
}

func (p *parser) blocks() []Block {
	var all []Block
	for len(p.lines) > 0 {
		line := p.lines[0]
		switch {
		case strings.TrimSpace(line) == "":
			p.lines = p.lines[1:]
		case strings.HasPrefix(strings.TrimSpace(line), "<!--"):
			p.comment()
		case fenced(line) != "":
			all = append(all, p.code())
		case heading.MatchString(line):
			all = append(all, p.heading())
		case p.depth < deepest && itemOf(line).there:
			all = append(all, p.list())
		case p.tabular():
			all = append(all, p.table())
		default:
			all = append(all, p.paragraph())
		}
	}
	return all
}

// comment skips to the end of an HTML comment (CommonMark §4.6).
func (p *parser) comment() {
	for len(p.lines) > 0 {
		line := p.lines[0]
		p.lines = p.lines[1:]
		if strings.Contains(line, "-->") {
			return
		}
	}
}

// fenced is the fence that a line begins with; "" when it begins none (CommonMark §4.5).
func fenced(line string) string {
	line = strings.TrimLeft(line, " ")
	rest := strings.TrimLeft(line, "`")
	if n := len(line) - len(rest); n >= 3 && !strings.Contains(rest, "`") {
		return line[:n]
	}
	return ""
}

func (p *parser) code() Block {
	first := p.lines[0]
	fence, indent := fenced(first), len(first)-len(strings.TrimLeft(first, " "))
	b := Block{Kind: Code}
	if words := strings.Fields(strings.TrimLeft(first, " `")); len(words) > 0 {
		b.Language = words[0]
	}
	var lines []string
	for p.lines = p.lines[1:]; len(p.lines) > 0; p.lines = p.lines[1:] {
		line := p.lines[0]
		if end := strings.TrimSpace(line); strings.HasPrefix(end, fence) && strings.Trim(end, "`") == "" {
			p.lines = p.lines[1:]
			break
		}
		lines = append(lines, line[min(indent, len(line)-len(strings.TrimLeft(line, " "))):])
	}
	if b.Code = strings.Join(lines, "\n"); b.Code != "" {
		b.Code += "\n"
	}
	return b
}

var heading = regexp.MustCompile(`^(#{1,6}) +(.*?)(?: +#+)?\s*$`)

func (p *parser) heading() Block {
	m := heading.FindStringSubmatch(p.lines[0])
	p.lines = p.lines[1:]
	text := Inline(m[2])
	return Block{Kind: Heading, Level: len(m[1]), Text: text, ID: p.id(Words(text))}
}

var dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// id names a heading as GitHub does, so that the same links hold there and here.
func (p *parser) id(text string) string {
	id := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
	n := p.ids[id]
	p.ids[id]++
	if n > 0 {
		return fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

func (p *parser) paragraph() Block {
	var lines []string
	for len(p.lines) > 0 {
		line := p.lines[0]
		if len(lines) > 0 && p.ends(line) {
			break
		}
		lines = append(lines, strings.TrimSpace(line))
		p.lines = p.lines[1:]
	}
	return Block{Kind: Paragraph, Text: Inline(strings.Join(lines, " "))}
}

// ends tells whether a line begins something else than the paragraph above it.
func (p *parser) ends(line string) bool {
	item := itemOf(line)
	interrupts := item.there && item.start <= 1 // CommonMark §5.2: other numbers do not interrupt a paragraph
	return strings.TrimSpace(line) == "" || fenced(line) != "" || heading.MatchString(line) || interrupts || strings.HasPrefix(line, "<!--") || p.tabular()
}

// item is the beginning of a list's item: how far its text is indented, and its number, 0 for a dash.
type item struct {
	there         bool
	indent, start int
}

var bullet = regexp.MustCompile(`^( *)(?:[-*]|([0-9]{1,9})\.)( +)\S`)

func itemOf(line string) item {
	m := bullet.FindStringSubmatchIndex(line)
	if m == nil {
		return item{}
	}
	one := item{there: true, indent: m[7]}
	if m[4] >= 0 {
		one.start, _ = strconv.Atoi(line[m[4]:m[5]])
	}
	return one
}

func (p *parser) list() Block {
	first := itemOf(p.lines[0])
	left := len(p.lines[0]) - len(strings.TrimLeft(p.lines[0], " "))
	b := Block{Kind: List, Start: first.start}
	for len(p.lines) > 0 {
		one := itemOf(p.lines[0])
		indented := len(p.lines[0]) - len(strings.TrimLeft(p.lines[0], " "))
		if !one.there || (one.start == 0) != (first.start == 0) || indented < left {
			break
		}
		inner := parser{lines: p.item(one.indent), depth: p.depth + 1, ids: p.ids}
		b.Items = append(b.Items, inner.blocks())
	}
	return b
}

// item takes the lines of one item, without their indentation. A line that is less indented belongs to it while its paragraph goes on.
func (p *parser) item(indent int) []string {
	lines := []string{p.lines[0][indent:]}
	empty := false
	for p.lines = p.lines[1:]; len(p.lines) > 0; p.lines = p.lines[1:] {
		line := p.lines[0]
		blank := strings.TrimSpace(line) == ""
		within := strings.HasPrefix(line, strings.Repeat(" ", indent))
		if !blank && !within && (empty || p.ends(line) || itemOf(line).there) {
			break
		}
		if within {
			line = line[indent:]
		}
		lines, empty = append(lines, strings.TrimRight(line, " ")), blank
	}
	return lines
}

var ruler = regexp.MustCompile(`^ *\|?( *:?-+:? *\|)*( *:?-+:? *)\|? *$`)

// tabular tells whether a table begins here: a line of cells and below it the ruler (GFM §4.10).
func (p *parser) tabular() bool {
	return len(p.lines) > 1 && strings.Contains(p.lines[0], "|") && strings.Contains(p.lines[1], "|") && ruler.MatchString(p.lines[1])
}

func (p *parser) table() Block {
	b := Block{Kind: Table}
	for _, cell := range cells(p.lines[0]) {
		b.Head = append(b.Head, Inline(cell))
	}
	for _, cell := range cells(p.lines[1]) {
		b.Right = append(b.Right, strings.HasSuffix(cell, ":") && !strings.HasPrefix(cell, ":"))
	}
	b.Right = append(b.Right, make([]bool, len(b.Head))...)[:len(b.Head)]
	for p.lines = p.lines[2:]; len(p.lines) > 0 && strings.Contains(p.lines[0], "|"); p.lines = p.lines[1:] {
		row := make([][]Span, len(b.Head)) // GFM: cells beyond the head are dropped, missing ones are empty
		for i, cell := range cells(p.lines[0]) {
			if i < len(row) {
				row[i] = Inline(cell)
			}
		}
		b.Rows = append(b.Rows, row)
	}
	return b
}

// cells splits a row; `\|` is a stroke, in code too (GFM §4.10).
func cells(line string) []string {
	line = strings.TrimSpace(line)
	line = strings.TrimPrefix(line, "|")
	if strings.HasSuffix(line, "|") && !strings.HasSuffix(line, `\|`) {
		line = line[:len(line)-1]
	}
	var all []string
	var cell strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '|':
			cell.WriteByte('|')
			i++
		case line[i] == '|':
			all = append(all, strings.TrimSpace(cell.String()))
			cell.Reset()
		default:
			cell.WriteByte(line[i])
		}
	}
	return append(all, strings.TrimSpace(cell.String()))
}
