package store

import (
	"bytes"
	"sort"

	"github.com/banyan-run/banyan/internal/trace"
)

const (
	idSize = len(trace.ID{})
	// chunkIDs is how many ids are read at once to find one.
	chunkIDs = 64
	chunkCRC = 4
)

// idList writes sorted ids: the first of each chunk, then the chunks, each piece with its CRC before it. They are random, so they are
// not compressed, and a question for one trace reads two pieces.
func (w *blockWriter) idList(ids []trace.ID) extent {
	start := len(w.out)
	begin := func() (piece int) {
		w.out = append(w.out, make([]byte, chunkCRC)...)
		return len(w.out) - chunkCRC
	}
	piece := begin()
	for i := 0; i < len(ids); i += chunkIDs {
		w.out = append(w.out, ids[i][:]...)
	}
	sealPage(w.out[piece:])
	for i := 0; i < len(ids); i += chunkIDs {
		piece = begin()
		for _, id := range ids[i:min(i+chunkIDs, len(ids))] {
			w.out = append(w.out, id[:]...)
		}
		sealPage(w.out[piece:])
	}
	return extent{uint32(start), uint32(len(w.out) - start)}
}

// idsLength is how long the list of so many ids is.
func idsLength(ids int) int { return chunkCRC + (idSize+chunkCRC)*chunksOf(ids) + idSize*ids }

func chunksOf(ids int) int { return (ids + chunkIDs - 1) / chunkIDs }

// chunkAt is where a chunk begins in a list of so many ids, and how many it has.
func chunkAt(chunk, ids int) (offset, count int) {
	return chunkCRC + idSize*chunksOf(ids) + chunk*(chunkCRC+chunkIDs*idSize), min(chunkIDs, ids-chunk*chunkIDs)
}

// idReader finds ids in the list of a block.
type idReader struct {
	opened *opened
	fences []byte
	chunk  []byte
	at     int // of chunk; one more than its number, 0 when none was read
}

// among tells which of the sorted ids begin with a prefix, and the first of them.
func (o *opened) among(prefix string) (from, to int, id trace.ID) {
	ids := int(o.block.facts.ids)
	if int(o.block.facts.traces.length) != idsLength(ids) {
		o.fail()
		return 0, 0, id
	}
	r := idReader{opened: o, fences: make([]byte, chunkCRC+idSize*chunksOf(ids))}
	o.read(r.fences, o.block.facts.traces.offset)
	low, high := bounds(prefix)
	from, to = r.rank(func(id []byte) bool { return bytes.Compare(id, low[:]) < 0 }), r.rank(func(id []byte) bool { return bytes.Compare(id, high[:]) <= 0 })
	if o.err != nil || from >= to {
		return 0, 0, id
	}
	r.load(from / chunkIDs)
	if o.err != nil {
		return 0, 0, id
	}
	return from, to, trace.ID(r.chunk[chunkCRC+from%chunkIDs*idSize:])
}

// rank is how many ids come before a place; before is true of those and of no other.
func (r *idReader) rank(before func(id []byte) bool) int {
	chunk := count(r.fences[chunkCRC:], before) - 1
	if chunk < 0 {
		return 0
	}
	r.load(chunk)
	return chunk*chunkIDs + count(r.chunk[chunkCRC:], before)
}

// count is how many of sorted ids are before a place.
func count(ids []byte, before func(id []byte) bool) int {
	return sort.Search(len(ids)/idSize, func(i int) bool { return !before(ids[i*idSize : (i+1)*idSize]) })
}

func (r *idReader) load(chunk int) {
	if r.at == chunk+1 {
		return
	}
	offset, ids := chunkAt(chunk, int(r.opened.block.facts.ids))
	r.chunk, r.at = make([]byte, chunkCRC+ids*idSize), chunk+1
	r.opened.read(r.chunk, r.opened.block.facts.traces.offset+uint32(offset))
}

// traces are all the sorted ids, one after the other.
func (o *opened) traces() []byte {
	ids, at := int(o.block.facts.ids), o.block.facts.traces
	if o.err != nil || int(at.length) != idsLength(ids) {
		o.fail()
		return nil
	}
	list := make([]byte, at.length)
	if _, err := o.file.ReadAt(list, int64(at.offset)); err != nil {
		o.unread(err)
		return nil
	}
	all := make([]byte, 0, ids*idSize)
	for chunk := range chunksOf(ids) {
		offset, count := chunkAt(chunk, ids)
		piece := list[offset : offset+chunkCRC+count*idSize]
		if !sound(piece) {
			o.fail()
			return nil
		}
		all = append(all, piece[chunkCRC:]...)
	}
	return all
}

// bounds are the least and the greatest id that begin with a prefix; the greatest is below the least where no id does.
func bounds(prefix string) (low, high trace.ID) {
	for i := range high {
		high[i] = 0xff
	}
	if len(prefix) > 2*len(low) {
		return high, low
	}
	for i := range len(prefix) {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), prefix[i])
		if digit < 0 {
			return high, trace.ID{}
		}
		shift := 4 * (1 - i%2)
		low[i/2] |= byte(digit << shift)
		high[i/2] &^= byte(0xf << shift)
		high[i/2] |= byte(digit << shift)
	}
	return low, high
}
