package markdown

// Kind tells blocks apart.
type Kind int

// The blocks of a page.
const (
	Paragraph Kind = iota
	Heading
	Code
	List
	Table
)

// Block is one part of a page. Which fields are set depends on its kind.
type Block struct {
	Kind Kind
	// Level is 1 to 6, and ID what a link's fragment names, for a heading.
	Level int
	ID    string
	// Text is that of a heading or a paragraph.
	Text []Span
	// Code is the text between the fences, which ends with a line feed; Language is the word behind the first fence.
	Code, Language string
	// Items are those of a list, numbered from Start when that is above zero.
	Items [][]Block
	Start int
	// Head and Rows are the cells of a table; Right tells which columns are aligned to the right.
	Head  [][]Span
	Rows  [][][]Span
	Right []bool
}

// Style tells spans apart.
type Style int

// The spans of a text.
const (
	Plain Style = iota
	Verbatim
	Strong
	Emphasis
	Link
)

// Span is a part of a text: of a Plain and a Verbatim one Text is set, of the others Spans.
type Span struct {
	Style Style
	Text  string
	Spans []Span
	// To is where a link leads, as it was written.
	To string
}

// Words is the text without its styles.
func Words(spans []Span) string {
	text := ""
	for _, s := range spans {
		text += s.Text + Words(s.Spans)
	}
	return text
}

// Links are the targets of all links of blocks, in order.
func Links(blocks []Block) []string {
	var all []string
	Walk(blocks, func(spans []Span) { all = append(all, targets(spans)...) })
	return all
}

// Walk visits every text of blocks in order.
func Walk(blocks []Block, visit func([]Span)) {
	for _, b := range blocks {
		if b.Text != nil {
			visit(b.Text)
		}
		for _, item := range b.Items {
			Walk(item, visit)
		}
		for _, row := range append([][][]Span{b.Head}, b.Rows...) {
			for _, cell := range row {
				visit(cell)
			}
		}
	}
}

func targets(spans []Span) []string {
	var all []string
	for _, s := range spans {
		if s.Style == Link {
			all = append(all, s.To)
		}
		all = append(all, targets(s.Spans)...)
	}
	return all
}
