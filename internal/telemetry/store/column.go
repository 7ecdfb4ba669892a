package store

import "encoding/binary"

// encoding is how a column writes its values. The number is the format.
type encoding byte

const (
	// constant is one value for all rows: a text in the dictionary, a number in the footer, an id that is zero.
	constant encoding = iota
	// short and long are texts as one or two bytes that count into the dictionary.
	short
	long
	// packedHex is texts of one length in lower-case hexadecimal digits, as bytes.
	packedHex
	// decimal is texts that are whole numbers, as varints.
	decimal
	// plain is texts as lengths, then their bytes.
	plain
	// varints is numbers, deltas the differences from one to the next within a page.
	varints
	deltas
	// fixed is ids of 8 bytes.
	fixed
)

// column is what the footer says of one column.
type column struct {
	name     string
	encoding encoding
	// sparse says that rows lack a value: each page then begins with a bit for each row.
	sparse bool
	// number is the constant, or the length of packed texts.
	number     int64
	dictionary extent
	pages      []extent
}

// The columns of every block. Those of attributes have the attribute's name behind attributePrefix, and overflow holds the names and values of
// those beyond mostColumns.
const (
	traceColumn    = "trace"
	idColumn       = "id"
	parentColumn   = "parent"
	kindColumn     = "kind"
	failedColumn   = "failed"
	startColumn    = "start"
	durationColumn = "duration"
	instanceColumn = "instance"
	nameColumn     = "name"
	messageColumn  = "message"
	levelColumn    = "level"
	streamColumn   = "stream"
	textColumn     = "text"
	overflowColumn = "overflow"
	eventsColumn   = "events"
	linksColumn    = "links"

	attributePrefix = "@"
	mostColumns     = 128
)

func (w *blockWriter) numbers(name string, e encoding, values []int64) {
	c := column{name: name, encoding: constant}
	if len(values) > 0 {
		c.number = values[0]
	}
	for _, v := range values {
		if v != c.number {
			c.encoding, c.number = e, 0
			break
		}
	}
	if c.encoding != constant {
		w.each(len(values), func(from, to int) {
			last := int64(0)
			for _, v := range values[from:to] {
				w.raw = binary.AppendVarint(w.raw, v-last)
				if e == deltas {
					last = v
				}
			}
			c.pages = append(c.pages, w.page(w.raw))
		})
	}
	w.columns = append(w.columns, c)
}

func (w *blockWriter) ids(name string, values []byte) {
	c := column{name: name, encoding: constant}
	for _, b := range values {
		if b != 0 {
			c.encoding = fixed
			break
		}
	}
	if c.encoding == fixed {
		w.each(len(values)/8, func(from, to int) { c.pages = append(c.pages, w.page(values[8*from:8*to])) })
	}
	w.columns = append(w.columns, c)
}

// each calls do for the rows of each page, with an empty raw.
func (w *blockWriter) each(rows int, do func(from, to int)) {
	for from := 0; from < rows; from += pageRows {
		w.raw = w.raw[:0]
		do(from, min(from+pageRows, rows))
	}
}

// decodeNumbers appends the numbers of a page of so many rows.
func decodeNumbers(dst []int64, e encoding, raw []byte, rows int) ([]int64, error) {
	last := int64(0)
	for range rows {
		v, n := binary.Varint(raw)
		if n <= 0 {
			return dst, errDamaged
		}
		raw = raw[n:]
		if e == deltas {
			v += last
			last = v
		}
		dst = append(dst, v)
	}
	if len(raw) > 0 {
		return dst, errDamaged
	}
	return dst, nil
}
