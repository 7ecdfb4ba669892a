package store

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	// blockMagic begins a block and ends it; it names the format and its version. Of blocks, firstVersion and all since are read: the first
	// had no events, no links and no attributes of lines, and so no columns of them.
	blockMagic   = "BYNBLK\x00\x02"
	firstVersion = 1
	// trailerSize is that of facts, their CRC and the magic.
	trailerSize = 64 + 4 + len(blockMagic)
)

// run is consecutive rows of one service, in the order of time.
type run struct {
	service string
	rows    int
}

// footer says where in a block everything is.
type footer struct {
	runs    []run
	columns []column
}

// facts are what is known of a block without reading it.
type facts struct {
	rows, failed uint32
	// first and last are the earliest and latest instant of a row, longest the longest duration; in nanoseconds.
	first, last, longest int64
	footer, traces       extent
	// words is where the bloom of the texts is; of no length where there is none.
	words extent
	// body is the CRC of all that is before the trailer.
	body uint32
	// ids is how many traces there are.
	ids uint32
}

func (w *blockWriter) appendFooter() extent {
	b := binary.AppendUvarint(w.raw[:0], uint64(len(w.runs)))
	for _, r := range w.runs {
		b = binary.AppendUvarint(appendText(b, r.service), uint64(r.rows))
	}
	b = binary.AppendUvarint(b, uint64(len(w.columns)))
	for i := range w.columns {
		b = appendColumn(b, &w.columns[i])
	}
	w.raw = b
	return w.page(b)
}

func appendColumn(b []byte, c *column) []byte {
	b = append(appendText(b, c.name), byte(c.encoding), flag(c.sparse))
	b = binary.AppendVarint(b, c.number)
	b = appendExtent(b, c.dictionary)
	b = binary.AppendUvarint(b, uint64(len(c.pages)))
	for _, p := range c.pages {
		b = appendExtent(b, p)
	}
	return b
}

func appendExtent(b []byte, e extent) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(e.offset)), uint64(e.length))
}

func decodeFooter(raw []byte, rows int) (footer, error) {
	var f footer
	r := reader{rest: raw}
	total := 0
	for range r.count() {
		next := run{r.text(), r.count()}
		total += next.rows
		f.runs = append(f.runs, next)
	}
	for range r.count() {
		f.columns = append(f.columns, r.column())
	}
	if r.end() != nil || total != rows || !f.sound(rows) {
		return footer{}, errDamaged
	}
	return f, nil
}

// sound tells whether each column has the pages that its rows need.
func (f *footer) sound(rows int) bool {
	for i := range f.columns {
		c := &f.columns[i]
		bare := c.encoding == constant && !c.sparse && len(c.pages) == 0
		if len(c.pages) != pagesOf(rows) && !bare {
			return false
		}
	}
	return true
}

func pagesOf(rows int) int { return (rows + pageRows - 1) / pageRows }

// column of a name, nil when the block has none.
func (f *footer) column(name string) *column {
	for i := range f.columns {
		if f.columns[i].name == name {
			return &f.columns[i]
		}
	}
	return nil
}

func (r *reader) column() column {
	c := column{name: r.text(), encoding: encoding(r.byte()), sparse: r.byte() != 0, number: r.varint(), dictionary: r.extent()}
	for range r.count() {
		c.pages = append(c.pages, r.extent())
	}
	return c
}

func (r *reader) extent() extent { return extent{uint32(r.uvarint()), uint32(r.uvarint())} }

// count is a number of things that each take a byte at least, or of rows; one that is beyond what can be is bad.
func (r *reader) count() int {
	n := r.uvarint()
	if n > blockRows {
		r.bad = true
	}
	if r.bad {
		return 0
	}
	return int(n)
}

func (f *facts) trailer() []byte {
	b := make([]byte, 0, trailerSize)
	for _, n := range [...]uint32{f.rows, f.failed} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	for _, n := range [...]int64{f.first, f.last, f.longest} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	for _, e := range [...]extent{f.footer, f.traces, f.words} {
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, e.offset), e.length)
	}
	b = binary.LittleEndian.AppendUint32(b, f.body)
	b = binary.LittleEndian.AppendUint32(b, f.ids)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return append(b, blockMagic...)
}

// readable tells whether a magic is that of blocks of a version that is read.
func readable(magic []byte) bool {
	const name = len(blockMagic) - 1
	return string(magic[:name]) == blockMagic[:name] && magic[name] >= firstVersion && magic[name] <= blockMagic[name]
}

// decodeTrailer reads the end of a block.
func decodeTrailer(b []byte) (facts, error) {
	if len(b) != trailerSize || !readable(b[trailerSize-len(blockMagic):]) {
		return facts{}, errDamaged
	}
	if crc32.Checksum(b[:64], castagnoli) != binary.LittleEndian.Uint32(b[64:]) {
		return facts{}, errDamaged
	}
	small := func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
	big := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[i:])) }
	f := facts{
		rows: small(0), failed: small(4), first: big(8), last: big(16), longest: big(24),
		footer: extent{small(32), small(36)}, traces: extent{small(40), small(44)}, words: extent{small(48), small(52)}, body: small(56),
		ids: small(60),
	}
	if f.rows == 0 || f.rows > blockRows || f.ids > f.rows {
		return facts{}, errDamaged
	}
	return f, nil
}
