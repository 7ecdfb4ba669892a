package book

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/markdown"
)

// section is what a search finds: a heading of a page with all below it up to the next one.
type section struct {
	page    *Page
	heading string
	id      string
	text    string
	length  int
}

// posting is one term in one section; weight counts it, in titles and headings more often.
type posting struct {
	section int
	weight  float64
}

// Index is an inverted index of the sections of a book.
type Index struct {
	sections []section
	terms    []string // sorted, to find those that begin with what is typed
	postings map[string][]posting
	mean     float64
}

// What a term counts in a title and in a heading, where one in the text counts 1.
const (
	inTitle   = 6
	inHeading = 4
)

// Index builds the index.
func (b *Book) Index() *Index {
	x := &Index{postings: map[string][]posting{}}
	for _, p := range b.Pages {
		x.page(p)
	}
	total := 0
	for i, s := range x.sections {
		total += s.length
		x.section(i, s)
	}
	x.mean = float64(total) / float64(max(1, len(x.sections)))
	for term := range x.postings {
		x.terms = append(x.terms, term)
	}
	slices.Sort(x.terms)
	return x
}

func (x *Index) page(p *Page) {
	var open *section
	for _, b := range p.Blocks {
		if b.Kind == markdown.Heading {
			x.sections = append(x.sections, section{page: p})
			open = &x.sections[len(x.sections)-1]
			if b.Level > 1 {
				open.heading, open.id = markdown.Words(b.Text), b.ID
			}
			continue
		}
		open.text = strings.TrimSpace(open.text + " " + wordsOf(b)) // the first block is the title: open is set
		open.length = len(open.text)
	}
}

// wordsOf is the text of a block, for reading.
func wordsOf(b markdown.Block) string {
	parts := []string{strings.Join(strings.Fields(b.Code), " ")}
	b.Head = nil // of a table's head a reader learns nothing out of its place
	markdown.Walk([]markdown.Block{b}, func(spans []markdown.Span) { parts = append(parts, markdown.Words(spans)) })
	for _, item := range b.Items {
		for _, inner := range item {
			if inner.Kind == markdown.Code {
				parts = append(parts, strings.Join(strings.Fields(inner.Code), " "))
			}
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func (x *Index) section(at int, s section) {
	weights := map[string]float64{}
	count(weights, s.text, 1)
	count(weights, s.heading, inHeading)
	if s.heading == "" { // the title belongs to the page's beginning; its sections have headings of their own
		count(weights, s.page.Title+" "+s.page.Name, inTitle)
	}
	for term, weight := range weights {
		x.postings[term] = append(x.postings[term], posting{at, weight})
	}
}

func count(weights map[string]float64, text string, each float64) {
	for _, term := range terms(text) {
		weights[term] += each
	}
}

var word = regexp.MustCompile(`[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)*`)

// terms are the words of a text in lower case, without a plural's s; of one with dashes the parts as well.
func terms(text string) []string {
	var all []string
	for _, whole := range word.FindAllString(strings.ToLower(text), -1) {
		all = append(all, stem(whole))
		if parts := strings.FieldsFunc(whole, func(r rune) bool { return r == '-' || r == '_' }); len(parts) > 1 {
			for _, part := range parts {
				all = append(all, stem(part))
			}
		}
	}
	return all
}

func stem(word string) string {
	if len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") {
		return word[:len(word)-1]
	}
	return word
}

// matching are the sections with a term, and with terms that begin with it, which count half, each with its score (Okapi BM25).
func (x *Index) matching(term string) map[int]float64 {
	const begun = 0.5
	scores := map[int]float64{}
	from, _ := slices.BinarySearch(x.terms, term)
	for _, found := range x.terms[from:] {
		if !strings.HasPrefix(found, term) {
			break
		}
		all := x.postings[found]
		rare := x.rarity(len(all))
		if found != term {
			rare *= begun
		}
		for _, p := range all {
			scores[p.section] = max(scores[p.section], rare*x.share(p))
		}
	}
	return scores
}

// rarity is what a term counts that stands in so many sections.
func (x *Index) rarity(in int) float64 {
	return math.Log(1 + (float64(len(x.sections)-in)+0.5)/(float64(in)+0.5))
}

// share is what a term counts within a section: more the more often it is there, and less the longer that is.
func (x *Index) share(p posting) float64 {
	const k, b = 1.2, 0.5
	long := 1 - b + b*float64(x.sections[p.section].length)/x.mean
	return p.weight * (k + 1) / (p.weight + k*long)
}
