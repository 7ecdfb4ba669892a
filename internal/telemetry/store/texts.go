package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
)

const (
	// mostEntries bounds a dictionary.
	mostEntries = 4096
	// longestPacked bounds a text that is packed as hexadecimal digits.
	longestPacked = 64
)

// value is where a text is among the bytes of the rows.
type value struct{ at, size uint32 }

// absent is the value of a row that lacks one.
var absent = value{at: math.MaxUint32}

// texts is a column of texts before it is written.
type texts struct {
	name   string
	values []value
}

// set gives row i its value; rows before that got none lack one.
func (t *texts) set(i int, v value) {
	t.pad(i)
	if len(t.values) == i {
		t.values = append(t.values, v)
	}
}

// setUnlessEmpty takes an empty text for none.
func (t *texts) setUnlessEmpty(i int, v value) {
	if v.size > 0 {
		t.set(i, v)
	}
}

func (t *texts) pad(rows int) {
	for len(t.values) < rows {
		t.values = append(t.values, absent)
	}
}

// texts writes a column whose values are in rows.
func (w *blockWriter) texts(t *texts, rows []byte) {
	c := column{name: t.name}
	present := w.present[:0]
	for _, v := range t.values {
		if v != absent {
			present = append(present, rows[v.at:v.at+v.size])
		}
	}
	w.present = present
	if len(present) == 0 { // as the messages of lines that are not structured
		return
	}
	c.sparse = len(present) < len(t.values)
	entries, codes := dictionary(present, w.codes[:0])
	w.codes = codes
	c.encoding, c.number = choose(present, entries)
	if entries != nil {
		w.raw = w.raw[:0]
		for _, entry := range entries {
			w.raw = appendText(w.raw, entry)
		}
		c.dictionary = w.page(w.raw)
	}
	if c.encoding != constant || c.sparse {
		w.textPages(&c, t.values, present)
	}
	w.columns = append(w.columns, c)
}

func (w *blockWriter) textPages(c *column, values []value, present [][]byte) {
	done := 0
	w.each(len(values), func(from, to int) {
		count := to - from
		if c.sparse {
			count = w.presence(values[from:to])
		}
		if c.encoding == short || c.encoding == long {
			w.counted(c.encoding, w.codes[done:done+count])
		} else if c.encoding != constant {
			w.raw = appendTexts(w.raw, c.encoding, present[done:done+count])
		}
		done += count
		c.pages = append(c.pages, w.page(w.raw))
	})
}

// presence appends a bit for each value, and counts those that are there.
func (w *blockWriter) presence(values []value) (count int) {
	start := len(w.raw)
	w.raw = append(w.raw, make([]byte, (len(values)+7)/8)...)
	for i, v := range values {
		if v != absent {
			w.raw[start+i/8] |= 1 << (i % 8)
			count++
		}
	}
	return count
}

func (w *blockWriter) counted(e encoding, codes []uint16) {
	for _, code := range codes {
		if w.raw = append(w.raw, byte(code)); e == long {
			w.raw = append(w.raw, byte(code>>8))
		}
	}
}

// dictionary returns the distinct texts and the place of each among them, or nil when there are so many that it is not worth it.
func dictionary(present [][]byte, codes []uint16) ([]string, []uint16) {
	places := make(map[string]uint16)
	var entries []string
	var last []byte
	code := uint16(0)
	for i, text := range present {
		if i == 0 || !bytes.Equal(text, last) { // sorted rows repeat
			var known bool
			if code, known = places[string(text)]; !known {
				if len(entries) >= min(mostEntries, 64+i/4) {
					return nil, codes
				}
				code = uint16(len(entries))
				entries = append(entries, string(text))
				places[entries[code]] = code
			}
			last = text
		}
		codes = append(codes, code)
	}
	return entries, codes
}

func choose(present [][]byte, entries []string) (e encoding, number int64) {
	switch {
	case len(entries) == 1:
		return constant, 0
	case entries != nil && len(entries) <= 1<<8:
		return short, 0
	case entries != nil:
		return long, 0
	case allHex(present):
		return packedHex, int64(len(present[0]))
	case allDecimal(present):
		return decimal, 0
	}
	return plain, 0
}

func allHex(present [][]byte) bool {
	size := len(present[0])
	if size == 0 || size%2 == 1 || size > longestPacked {
		return false
	}
	for _, text := range present {
		if len(text) != size {
			return false
		}
		for i := range size {
			if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

func allDecimal(present [][]byte) bool {
	for _, text := range present {
		if _, ok := number(text); !ok {
			return false
		}
	}
	return true
}

// number reads a whole number that is written as it would be written again, of 18 digits at most.
func number(text []byte) (n int64, ok bool) {
	digits := text
	negative := len(digits) > 0 && digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(text) > 1 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if negative {
		return -n, true
	}
	return n, true
}

func appendTexts(raw []byte, e encoding, present [][]byte) []byte {
	switch e {
	case packedHex:
		for _, text := range present {
			raw, _ = hex.AppendDecode(raw, text) // allHex looked at it
		}
	case decimal:
		for _, text := range present {
			n, _ := number(text) // allDecimal did
			raw = binary.AppendVarint(raw, n)
		}
	default:
		for _, text := range present {
			raw = binary.AppendUvarint(raw, uint64(len(text)))
		}
		for _, text := range present {
			raw = append(raw, text...)
		}
	}
	return raw
}
