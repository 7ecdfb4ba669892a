package telemetry

import "strings"

// Words are the words of a text, lower-cased: runs of ASCII letters, digits and underscores, and of all that is not ASCII.
func Words(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && !wordByte(byte(r)) })
	for i, word := range words {
		words[i] = lower(word)
	}
	return words
}

// lower lowers ASCII letters alone: a word's bytes must not change their number.
func lower(word string) string {
	for i := range len(word) {
		if c := word[i]; c >= 'A' && c <= 'Z' {
			b := []byte(word)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return word
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// EachHash calls do with a hash of each word of text, without making the words.
func EachHash[T string | []byte](text T, do func(hash uint64)) {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	hash, within := uint64(offset), false
	for i := range len(text) {
		c := text[i]
		switch {
		case wordByte(c):
			hash, within = (hash^uint64(lowerByte(c)))*prime, true
		case within:
			do(spread(hash))
			hash, within = offset, false
		}
	}
	if within {
		do(spread(hash))
	}
}

// spread has every bit of a hash depend on all of it (the finalizer of MurmurHash3).
func spread(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// HasWords tells whether each of words, lower-cased, stands in text as a whole word.
func HasWords(text string, words []string) bool {
	for _, word := range words {
		if !hasWord(text, word) {
			return false
		}
	}
	return true
}

func hasWord(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if (i == 0 || !wordByte(text[i-1])) && foldedPrefix(text[i:], word) && (i+len(word) == len(text) || !wordByte(text[i+len(word)])) {
			return true
		}
	}
	return false
}

func foldedPrefix(text, word string) bool {
	for i := range len(word) {
		if lowerByte(text[i]) != word[i] {
			return false
		}
	}
	return true
}
