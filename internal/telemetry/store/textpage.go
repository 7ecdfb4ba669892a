package store

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strconv"
)

// textPage answers for the texts of one page.
type textPage struct {
	column     *column
	dictionary []string
	rows       int
	rank       []uint16 // of a sparse page: how many values there are up to and with a row; 0 bits lack one
	bits       []byte
	data       []byte   // codes or packed digits
	text       string   // of plain texts
	ends       []uint32 // of plain texts, within text
	numbers    []int64
}

// decodeTexts reads a page of so many rows. All that at will look at is checked here.
func decodeTexts(c *column, dictionary []string, raw []byte, rows int) (*textPage, error) {
	p := &textPage{column: c, dictionary: dictionary, rows: rows}
	count := rows
	if c.sparse {
		if count = p.presence(raw); count < 0 {
			return nil, errDamaged
		}
		raw = raw[(rows+7)/8:]
	}
	switch c.encoding {
	case constant:
		return p, p.check(len(raw) == 0 && (count == 0 || len(dictionary) == 1))
	case short, long:
		return p, p.check(p.codes(raw, count))
	case packedHex:
		p.data = raw
		return p, p.check(c.number > 0 && c.number <= longestPacked && int64(len(raw)) == int64(count)*c.number/2)
	case decimal:
		numbers, err := decodeNumbers(nil, varints, raw, count)
		p.numbers = numbers
		return p, err
	case plain:
		return p, p.check(p.plain(raw, count))
	}
	return nil, errDamaged
}

func (p *textPage) check(sound bool) error {
	if !sound {
		return errDamaged
	}
	return nil
}

// presence counts the values that are there, -1 when the bits are not.
func (p *textPage) presence(raw []byte) (count int) {
	if len(raw) < (p.rows+7)/8 {
		return -1
	}
	p.bits, p.rank = raw, make([]uint16, (p.rows+7)/8)
	for i := range p.rank {
		p.rank[i] = uint16(count)
		count += bits.OnesCount8(raw[i])
	}
	if p.rows%8 > 0 && raw[p.rows/8]>>(p.rows%8) != 0 {
		return -1
	}
	return count
}

func (p *textPage) codes(raw []byte, count int) bool {
	p.data = raw
	if p.column.encoding == short {
		for _, code := range raw {
			if int(code) >= len(p.dictionary) {
				return false
			}
		}
		return len(raw) == count
	}
	if len(raw) != 2*count {
		return false
	}
	for i := 0; i < len(raw); i += 2 {
		if int(binary.LittleEndian.Uint16(raw[i:])) >= len(p.dictionary) {
			return false
		}
	}
	return true
}

func (p *textPage) plain(raw []byte, count int) bool {
	p.ends = make([]uint32, count)
	end := uint64(0)
	for i := range p.ends {
		size, n := binary.Uvarint(raw)
		if n <= 0 || size > biggestPage {
			return false
		}
		raw = raw[n:]
		if end += size; end > biggestPage {
			return false
		}
		p.ends[i] = uint32(end)
	}
	p.text = string(raw)
	return uint64(len(raw)) == end
}

// at is the text of a row of the page, and whether it has one.
func (p *textPage) at(i int) (string, bool) {
	if p.bits != nil {
		if p.bits[i/8]>>(i%8)&1 == 0 {
			return "", false
		}
		i = int(p.rank[i/8]) + bits.OnesCount8(p.bits[i/8]&(1<<(i%8)-1))
	}
	switch p.column.encoding {
	case short:
		return p.dictionary[p.data[i]], true
	case long:
		return p.dictionary[binary.LittleEndian.Uint16(p.data[2*i:])], true
	case packedHex:
		size := int(p.column.number) / 2
		return hex.EncodeToString(p.data[i*size : (i+1)*size]), true
	case decimal:
		return strconv.FormatInt(p.numbers[i], 10), true
	case plain:
		start := uint32(0)
		if i > 0 {
			start = p.ends[i-1]
		}
		return p.text[start:p.ends[i]], true
	}
	return p.dictionary[0], true
}

// decodeDictionary reads the entries of a dictionary.
func decodeDictionary(raw []byte) ([]string, error) {
	r := reader{rest: raw}
	var entries []string
	for !r.bad && len(r.rest) > 0 {
		entries = append(entries, r.text())
	}
	if r.bad || len(entries) > mostEntries {
		return nil, errDamaged
	}
	return entries, nil
}
