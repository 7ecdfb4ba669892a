package exchange

import "io"

// AtHand tells whether the first bytes of a body, or its end, can be read without waiting.
func AtHand(body io.Reader) bool {
	switch b := body.(type) {
	case interface{ AtHand() bool }:
		return b.AtHand()
	case interface{ Len() int }: // bytes.Reader, strings.Reader, bytes.Buffer
		return true
	}
	return false
}

// AtHand tells whether the next Read would not wait.
func (b *Body) AtHand() bool {
	return b.at < len(b.kept) || b.err != nil || b.source == nil || AtHand(b.source)
}

// Whole tells how many bytes of the body are unread, and whether all of them, and its end, can be read without waiting.
func (b *Body) Whole() (unread int, all bool) {
	if source, can := b.source.(interface{ Whole() (int, bool) }); can {
		unread, all = source.Whole()
	}
	return unread + len(b.kept) - b.at, all && b.err == nil
}
