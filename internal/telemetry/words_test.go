package telemetry

import (
	"slices"
	"strings"
	"testing"
)

func TestHasWords(t *testing.T) {
	const text = `level=error msg="Payment 17 declined" user=user_9 città=Köln`
	rows := []struct {
		sentence, words string
		want            bool
	}{
		{"no words are in every text", "", true},
		{"one", "payment", true},
		{"several, in any order", "declined payment", true},
		{"in any case of ASCII letters", "PAYMENT Error", true},
		{"one of them is missing", "payment accepted", false},
		{"the beginning of one", "pay", false},
		{"the end of one", "ment", false},
		{"an underscore is within a word", "user_9", true},
		{"and so does not part it", "9", false},
		{"signs part words, in the question too", "msg=payment", true},
		{"what is not ASCII is within a word", "köln città", true},
		{"and keeps its case", "kÖln", false},
		{"the first word", "level", true},
		{"the last word", "citt", false},
	}
	for _, row := range rows {
		if got := HasWords(text, Words(row.words)); got != row.want {
			t.Errorf("%s: %q is %v", row.sentence, row.words, got)
		}
	}
}

// What HasWords finds must never be denied by a bloom of hashes.
func FuzzWords(f *testing.F) {
	f.Add("GET /a/17 200", "17 get")
	f.Add("äÄ_x", "Ä")
	f.Fuzz(func(t *testing.T, text, question string) {
		var hashes []uint64
		EachHash(text, func(hash uint64) { hashes = append(hashes, hash) })
		words := Words(question)
		if !HasWords(text, words) {
			return
		}
		for _, word := range words {
			EachHash(word, func(hash uint64) {
				if !slices.Contains(hashes, hash) {
					t.Fatalf("%q has the word %q, but not its hash", text, word)
				}
			})
		}
		if again := Words(strings.Join(words, " ")); !slices.Equal(words, again) {
			t.Fatalf("%q become %q", words, again)
		}
	})
}
