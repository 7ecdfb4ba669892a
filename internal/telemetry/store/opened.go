package store

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/banyan-run/banyan/internal/trace"
)

// opened is a block while a question reads it. Its first failure stays in err, and what is read afterwards is empty.
type opened struct {
	block   *block
	file    file
	inflate *zstd.Decoder
	footer  footer
	err     error

	texts       map[string]*textPages
	someNumbers map[pageOf][]int64
	ids         map[pageOf][]byte
}

func (o *opened) page(at extent) []byte {
	if o.err != nil {
		return nil
	}
	var raw []byte
	raw, o.err = readPage(o.file, at, o.inflate)
	return raw
}

// read reads a piece that begins with the CRC of the rest.
func (o *opened) read(piece []byte, at uint32) {
	if o.err != nil {
		return
	}
	if _, err := o.file.ReadAt(piece, int64(at)); err != nil {
		o.unread(err)
	} else if !sound(piece) {
		o.fail()
	}
}

// unread takes a failure to read; a block that ends too early is damaged.
func (o *opened) unread(err error) {
	if o.err = err; errors.Is(err, io.EOF) {
		o.err = errDamaged
	}
}

// readFooter comes before all questions about columns.
func (o *opened) readFooter() {
	o.texts, o.someNumbers, o.ids = map[string]*textPages{}, map[pageOf][]int64{}, map[pageOf][]byte{}
	raw := o.page(o.block.facts.footer)
	if o.err == nil {
		o.footer, o.err = decodeFooter(raw, o.rows())
	}
}

func (o *opened) rows() int { return int(o.block.facts.rows) }

// pageSize is how many rows a page has.
func (o *opened) pageSize(page int) int { return min(pageRows, o.rows()-page*pageRows) }

// allPages selects every page; a selection has a bit for each.
const allPages = ^uint32(0)

// numbers are those of the rows of a column that lie in the pages; those of other rows are zero.
func (o *opened) numbers(name string, pages uint32) []int64 {
	c := o.footer.column(name)
	if o.err != nil || c == nil {
		o.fail()
		return make([]int64, o.rows())
	}
	values := make([]int64, 0, o.rows())
	for page := range pagesOf(o.rows()) {
		if pages>>page&1 == 0 {
			values = append(values, make([]int64, o.pageSize(page))...)
			continue
		}
		values = o.appendNumbers(values, c, page)
	}
	return values
}

// appendNumbers appends those of one page, always as many as it has rows.
func (o *opened) appendNumbers(values []int64, c *column, page int) []int64 {
	size, before := o.pageSize(page), len(values)
	switch c.encoding {
	case constant:
		for range size {
			values = append(values, c.number)
		}
	case varints, deltas:
		if raw := o.page(c.pages[page]); o.err == nil {
			values, o.err = decodeNumbers(values, c.encoding, raw, size)
		}
	default:
		o.fail()
	}
	return append(values, make([]int64, max(0, before+size-len(values)))...)
}

func (o *opened) fail() {
	if o.err == nil {
		o.err = errDamaged
	}
}

// textPages are the pages of a column of texts that were read.
type textPages struct {
	column     *column
	dictionary []string
	pages      []*textPage
}

// openTexts is nil when the block has no such column.
func (o *opened) openTexts(name string) *textPages {
	c := o.footer.column(name)
	if c == nil {
		return nil
	}
	t := &textPages{column: c, pages: make([]*textPage, pagesOf(o.rows()))}
	if c.dictionary.length > 0 {
		if raw := o.page(c.dictionary); o.err == nil {
			t.dictionary, o.err = decodeDictionary(raw)
		}
	}
	if c.encoding == constant && len(t.dictionary) != 1 {
		o.fail()
	}
	return t
}

// text is that of a row, and whether it has one.
func (o *opened) text(name string, row int) (string, bool) {
	t, known := o.texts[name]
	if !known {
		t = o.openTexts(name)
		o.texts[name] = t
	}
	switch {
	case t == nil || o.err != nil:
		return "", false
	case len(t.column.pages) == 0:
		return t.dictionary[0], true
	}
	page := row / pageRows
	if t.pages[page] == nil {
		raw := o.page(t.column.pages[page])
		if o.err != nil {
			return "", false
		}
		if t.pages[page], o.err = decodeTexts(t.column, t.dictionary, raw, o.pageSize(page)); o.err != nil {
			return "", false
		}
	}
	return t.pages[page].at(row % pageRows)
}

// pageOf keys what was read by column and page.
type pageOf struct {
	column string
	page   int
}

// id reads 8 bytes of a row.
func (o *opened) id(name string, row int) (id trace.SpanID) {
	c := o.footer.column(name)
	if o.err != nil || c == nil || c.encoding == constant {
		return id
	}
	key := pageOf{name, row / pageRows}
	raw, known := o.ids[key]
	if !known {
		raw = o.page(c.pages[key.page])
		o.ids[key] = raw
	}
	if len(raw) != len(id)*o.pageSize(key.page) {
		o.fail()
		return id
	}
	return trace.SpanID(raw[len(id)*(row%pageRows):])
}

// number is that of a row.
func (o *opened) number(name string, row int) int64 {
	key := pageOf{name, row / pageRows}
	values, known := o.someNumbers[key]
	if !known {
		c := o.footer.column(name)
		if o.err != nil || c == nil {
			o.fail()
			return 0
		}
		values = o.appendNumbers(nil, c, key.page)
		o.someNumbers[key] = values
	}
	return values[row%pageRows]
}

// service is that of a row.
func (f *footer) service(row int) string {
	for _, r := range f.runs {
		if row < r.rows {
			return r.service
		}
		row -= r.rows
	}
	return ""
}
