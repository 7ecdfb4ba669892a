package exchange

import (
	"io"
	"strings"
	"testing"
)

func TestAnIdleExchangeHoldsLittle(t *testing.T) {
	const small, large = 4 << 10, 60 << 10
	for _, size := range []int{small, large} {
		x := &Exchange{}
		x.Body.Reset(strings.NewReader(strings.Repeat("b", size)), int64(size))
		if _, err := io.Copy(io.Discard, &x.Body); err != nil {
			t.Fatal(err)
		}
		x.Reply.Head.Set("X", strings.Repeat("h", size))
		x.Reset()
		held := cap(x.Body.kept) + cap(x.Reply.Head.edits)
		if size == large && held > 0 {
			t.Errorf("after %d bytes %d are held", size, held)
		}
		if size == small && held < size {
			t.Errorf("after %d bytes only %d are kept for the next request", size, held)
		}
	}
}

func TestUnwantedTrailersAreTakenOut(t *testing.T) {
	var b Body
	b.Reset(strings.NewReader("body"), Unknown)
	b.Trailer = &Head{}
	b.Trailer.Set("X-Ours", "1")
	b.Trailer.Set("X-Theirs", "2")
	b.Unwanted = func(name []byte) bool { return string(name) == "X-Ours" }
	if _, err := io.Copy(io.Discard, &b); err != nil {
		t.Fatal(err)
	}
	if b.Trailer.Has("X-Ours") || !b.Trailer.Has("X-Theirs") {
		t.Fatalf("%d fields", b.Trailer.Len())
	}
}
