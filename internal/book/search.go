package book

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Hit is one section that a search found.
type Hit struct {
	// Page is its name, Title the page's, Heading the section's, empty at the page's beginning.
	Page    string `json:"page"`
	Title   string `json:"title"`
	Heading string `json:"heading,omitempty"`
	Address string `json:"address"`
	// Excerpt is what stands around the first word that was found.
	Excerpt string `json:"excerpt"`
}

// mostTerms bounds what one query costs.
const mostTerms = 12

// Search finds the sections that have all words of a query, best first; those with some of them where none has all.
func (x *Index) Search(query string, most int) []Hit {
	asked := terms(query)
	if len(asked) > mostTerms {
		asked = asked[:mostTerms]
	}
	found := best(x.scored(asked))
	hits := []Hit{}
	for _, at := range found[:min(most, len(found))] {
		hits = append(hits, x.sections[at].hit(asked))
	}
	return hits
}

// scored sums what the terms count in each section, and counts the terms that it has.
func (x *Index) scored(asked []string) (scores map[int]float64, have map[int]int) {
	scores, have = map[int]float64{}, map[int]int{}
	for _, term := range asked {
		for section, score := range x.matching(term) {
			scores[section] += score
			have[section]++
		}
	}
	return scores, have
}

// best are the sections with the most terms, by their scores.
func best(scores map[int]float64, have map[int]int) []int {
	full := 0
	for _, n := range have {
		full = max(full, n)
	}
	found := slices.Collect(maps.Keys(scores))
	found = slices.DeleteFunc(found, func(section int) bool { return have[section] < full })
	slices.SortFunc(found, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	return found
}

func (s section) hit(asked []string) Hit {
	h := Hit{Page: s.page.Name, Title: s.page.Title, Heading: s.heading, Address: s.page.Address(), Excerpt: excerpt(s.text, asked)}
	if s.id != "" {
		h.Address += "#" + s.id
	}
	return h
}

// around is how many bytes of an excerpt stand before and after the word that was found.
const around = 90

// excerpt cuts the text around the first of the words, at blanks.
func excerpt(text string, asked []string) string {
	at := firstHit(text, asked)
	from, to := max(0, at-around), min(len(text), at+around)
	for from > 0 && text[from-1] != ' ' {
		from--
	}
	for to < len(text) && text[to] != ' ' {
		to++
	}
	cut := strings.ToValidUTF8(text[from:to], "")
	if from > 0 {
		cut = "… " + cut
	}
	if to < len(text) {
		cut += " …"
	}
	return cut
}

func firstHit(text string, asked []string) int {
	for _, place := range word.FindAllStringIndex(text, -1) {
		if hits(text[place[0]:place[1]], asked) {
			return place[0]
		}
	}
	return 0
}

// hits tells whether a word is one that was asked for, or begins with it.
func hits(word string, asked []string) bool {
	for _, term := range terms(word) {
		if slices.ContainsFunc(asked, func(a string) bool { return strings.HasPrefix(term, a) }) {
			return true
		}
	}
	return false
}

// piece is a part of an excerpt; Found ones are what was asked for.
type piece struct {
	Text  string
	Found bool
}

// pieces parts an excerpt at the words that were asked for.
func pieces(text, query string) []piece {
	asked := terms(query)
	var all []piece
	rest := 0
	for _, place := range word.FindAllStringIndex(text, -1) {
		if hits(text[place[0]:place[1]], asked) {
			all = append(all, piece{Text: text[rest:place[0]]}, piece{text[place[0]:place[1]], true})
			rest = place[1]
		}
	}
	return append(all, piece{Text: text[rest:]})
}

// trimmed is a query as it may come: of some length, without what is no text.
func trimmed(query string) string {
	const most = 200
	query = strings.TrimSpace(query)
	for len(query) > most || !utf8.ValidString(query) {
		query = strings.ToValidUTF8(query[:min(len(query), most)], "")
	}
	return query
}
