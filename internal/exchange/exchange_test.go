package exchange

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestStackIsOutermostFirst(t *testing.T) {
	var order []string
	layer := func(name string) Layer {
		return func(next Handler) Handler {
			return HandlerFunc(func(x *Exchange) error { order = append(order, name); return next.Handle(x) })
		}
	}
	h := Stack(HandlerFunc(func(*Exchange) error { order = append(order, "end"); return nil }), layer("outer"), layer("inner"))
	if err := h.Handle(&Exchange{}); err != nil || !slices.Equal(order, []string{"outer", "inner", "end"}) {
		t.Fatalf("%v, %v", order, err)
	}
}

func TestHeadEdits(t *testing.T) {
	var h Head
	h.Keep([]byte("X-a"), []byte("1"))
	h.Keep([]byte("Connection"), []byte("close, X-Hop"))
	h.Keep([]byte("x-A"), []byte("2"))
	if string(h.Get("X-A")) != "1" || !h.HasToken("connection", "x-hop") || h.HasToken("connection", "hop") {
		t.Fatal("names and tokens compare without case, tokens whole")
	}
	before := h.Get("X-A")
	h.Set("X-A", "3")
	for range 100 {
		h.Add("X-Filler", strings.Repeat("f", 50))
	}
	if string(h.Get("x-a")) != "3" || string(before) != "1" || len(slices.Collect(h.Values("X-A"))) != 1 {
		t.Fatal("Set leaves one value, and values that were returned stay as they were")
	}
	h.Del("x-filler")
	var c Head
	c.CopyFrom(&h)
	h.Reset()
	if h.Len() != 0 || c.Len() != 2 || string(c.Get("X-A")) != "3" {
		t.Fatalf("a copy is independent: %d and %d fields", h.Len(), c.Len())
	}
}

func TestBodyRewind(t *testing.T) {
	rows := []struct {
		sentence string
		source   io.Reader
		again    bool
		kept     bool
	}{
		{"a short body can be read again", strings.NewReader("hello"), true, true},
		{"so can one that just fits", strings.NewReader(strings.Repeat("x", Kept)), true, true},
		{"a body over the bound cannot", strings.NewReader(strings.Repeat("x", Kept+1)), false, false},
		{"a body that broke cannot, though what came of it is kept", iotest.ErrReader(errors.New("cut short")), false, true},
		{"no body can", nil, true, true},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			var b Body
			b.Reset(row.source, Unknown)
			first, _ := io.ReadAll(&b)
			if got := b.Kept(); got != row.kept {
				t.Fatalf("Kept is %v", got)
			}
			if got := b.Rewind(); got != row.again {
				t.Fatalf("Rewind is %v", got)
			}
			if !row.again {
				return
			}
			if second, err := io.ReadAll(&b); err != nil || string(second) != string(first) {
				t.Fatalf("read %q again as %q, %v", first, second, err)
			}
		})
	}
}

func TestReplyIsClosedOnce(t *testing.T) {
	var r Reply
	closed := 0
	r.OnClose(func() error { closed++; return nil })
	_, _ = r.Close(), r.Close()
	if closed != 1 {
		t.Fatalf("released %d times", closed)
	}
	var order []int
	for i := range 5 {
		r.OnClose(func() error { order = append(order, i); return nil })
	}
	if _ = r.Close(); !slices.Equal(order, []int{4, 3, 2, 1, 0}) {
		t.Fatalf("released in the order %v; the last added comes first", order)
	}
}

func TestHeadEditsDoNotAllocateOnceWarm(t *testing.T) {
	var h Head
	host, value := []byte("Host"), []byte("a")
	edit := func() {
		h.Reset()
		h.Keep(host, value)
		h.Set("X-Banyan-Caller", "gateway")
		h.Del("Host")
	}
	edit()
	if n := testing.AllocsPerRun(100, edit); n > 0 {
		t.Fatalf("editing a head allocates %v times", n)
	}
}
