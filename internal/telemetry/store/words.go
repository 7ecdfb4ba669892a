package store

import (
	"github.com/banyan-run/banyan/internal/telemetry"
)

const (
	// groupPlaces is how many places of a page's bloom the bits of one word lie within. A group has those of all pages, one after
	// the other, so that one look-up of a word reads one group.
	groupPlaces = 256
	// perWord is how many places there are for each word of the page that has most: one word in a hundred or two that is not there
	// seems to be. bitsOfWord is how many of them one word sets.
	perWord    = 12
	bitsOfWord = 6
	// mostGroups bounds a bloom, at 8 MiB for 32 pages.
	mostGroups = 8 << 10
)

// wordsOf writes the bloom of the words of a column.
func (w *blockWriter) wordsOf(t *texts, rows []byte) extent {
	distinct := make(map[uint64]struct{})
	var pages [][]uint64
	most := 1
	w.each(len(t.values), func(from, to int) {
		clear(distinct)
		for _, v := range t.values[from:to] {
			telemetry.EachHash(rows[v.at:v.at+v.size], func(hash uint64) { distinct[hash] = struct{}{} })
		}
		page := make([]uint64, 0, len(distinct))
		for hash := range distinct {
			page = append(page, hash)
		}
		pages, most = append(pages, page), max(most, len(page))
	})
	return w.bloom(pages, min(most*perWord/groupPlaces+1, mostGroups))
}

// bloom writes groups, each a CRC and its places. They are not compressed: a question reads one of them.
func (w *blockWriter) bloom(pages [][]uint64, groups int) extent {
	size := groupSize(len(pages))
	start := len(w.out)
	w.out = append(w.out, make([]byte, groups*size)...)
	bloom := w.out[start:]
	for page, hashes := range pages {
		for _, hash := range hashes {
			group := bloom[groupOf(hash, groups)*size:]
			for range bitsOfWord {
				at := hash % groupPlaces
				group[4+page*groupPlaces/8+int(at/8)] |= 1 << (at % 8)
				hash >>= 8
			}
		}
	}
	for group := range groups {
		sealPage(bloom[group*size : (group+1)*size])
	}
	return extent{uint32(start), uint32(len(bloom))}
}

// groupSize is that of a group with its CRC.
func groupSize(pages int) int { return 4 + pages*groupPlaces/8 }

// groupOf takes the upper bits of a hash; the lower ones are places within the group.
func groupOf(hash uint64, groups int) int { return int((hash >> 48) * uint64(groups) >> 16) }

// pagesWith are the pages that may have all of the words.
func (o *opened) pagesWith(words []string) uint32 {
	pages, at := allPages, o.block.facts.words
	size := groupSize(pagesOf(o.rows()))
	groups := int(at.length) / size
	if groups == 0 {
		return pages
	}
	for _, word := range words {
		telemetry.EachHash(word, func(hash uint64) {
			group := make([]byte, size)
			if o.read(group, at.offset+uint32(groupOf(hash, groups)*size)); o.err != nil {
				return
			}
			pages &= within(group[4:], hash)
		})
	}
	return pages
}

// within are the pages of a group that may have a word.
func within(group []byte, hash uint64) (pages uint32) {
	const size = groupPlaces / 8
	for page := range len(group) / size {
		there := true
		for i, h := 0, hash; i < bitsOfWord; i, h = i+1, h>>8 {
			at := h % groupPlaces
			there = there && group[page*size+int(at/8)]>>(at%8)&1 == 1
		}
		if there {
			pages |= 1 << page
		}
	}
	return pages
}
