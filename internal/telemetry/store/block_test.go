package store

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

// written makes a block of rows and opens it.
func written(t *testing.T, rows ...[]byte) *opened {
	t.Helper()
	p := &pending{}
	for _, row := range rows {
		p.add(row)
	}
	w, err := newBlockWriter()
	if err != nil {
		t.Fatal(err)
	}
	content, facts, err := w.write(p)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "0000000001-x.blk")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	d := &Disk{options: Options{}.withDefaults()}
	b := &block{path: path}
	if known, err := d.examine(b); err != nil || !known || b.facts != facts || !d.whole(b) {
		t.Fatalf("%v, %v, %+v is read as %+v", known, err, facts, b.facts)
	}
	o, err := d.openBlock(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.closeBlock(o) })
	o.readFooter()
	return o
}

// shapes are ways for the values of a column to be; each gives that of a row, and whether it has one.
func shapes(r *rand.Rand) map[string]func(i int) (string, bool) {
	return map[string]func(i int) (string, bool){
		"one for all":          func(int) (string, bool) { return "GET", true },
		"one for some":         func(int) (string, bool) { return "GET", r.IntN(3) == 0 },
		"few":                  func(int) (string, bool) { return fmt.Sprint("few", r.IntN(9)), true },
		"few and empty ones":   func(int) (string, bool) { return strings.Repeat("x", r.IntN(3)), r.IntN(4) > 0 },
		"a thousand":           func(int) (string, bool) { return fmt.Sprint("some", r.IntN(1000)), true },
		"digits":               func(int) (string, bool) { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()), true },
		"digits, seldom":       func(int) (string, bool) { return fmt.Sprintf("%016x", r.Uint64()), r.IntN(20) == 0 },
		"odd digits":           func(int) (string, bool) { return fmt.Sprintf("%015x", r.Uint64()>>4), true },
		"capital digits":       func(int) (string, bool) { return fmt.Sprintf("%016X", r.Uint64()), true },
		"numbers":              func(int) (string, bool) { return fmt.Sprint(r.Int64() >> r.IntN(64)), r.IntN(2) == 0 },
		"negative numbers":     func(int) (string, bool) { return fmt.Sprint(-r.IntN(1e9)), true },
		"numbers with a zero":  func(int) (string, bool) { return fmt.Sprintf("%07d", r.IntN(1e6)), true },
		"nothing but minus":    func(i int) (string, bool) { return fmt.Sprint(i)[:1] + "-", i%2 == 0 },
		"long texts":           func(int) (string, bool) { return strings.Repeat(fmt.Sprint(r.Uint64()), r.IntN(50)), true },
		"one row alone":        func(i int) (string, bool) { return "here", i == 700 },
		"the last row alone":   func(i int) (string, bool) { return "here", i == 2599 },
		"what is no text":      func(int) (string, bool) { return string([]byte{0xff, byte(r.IntN(256)), 0}), true },
		"more than dictionary": func(i int) (string, bool) { return fmt.Sprint("unique", i), true },
	}
}

func TestABlockOfSpansHoldsWhatItWasMadeOf(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	ways := shapes(r)
	var spans []signal.Span
	var rows [][]byte
	for i := range 2600 { // two pages, and a third that is not full
		s := span(i%70, fmt.Sprint("service", r.IntN(4)), time.Duration(r.Int64N(1e12)), time.Duration(r.Int64N(1e9)), r.IntN(9) == 0)
		s.ID, s.Parent = trace.SpanID{byte(i >> 8), byte(i), 1}, trace.SpanID{byte(r.IntN(2))}
		s.Kind = kinds[r.IntN(len(kinds))]
		for _, name := range slices.Sorted(maps.Keys(ways)) {
			if text, there := ways[name](i); there {
				s.Attributes.Set(name, text)
			}
		}
		for n := range r.IntN(4) { // more names than there are columns
			s.Attributes.Set(fmt.Sprint("name", r.IntN(1000)), fmt.Sprint(n))
		}
		spans, rows = append(spans, s), append(rows, appendSpan(nil, &s))
	}
	o := written(t, rows...)
	slices.SortStableFunc(spans, func(a, b signal.Span) int { return cmp.Or(cmp.Compare(a.Service, b.Service), a.Start.Compare(b.Start)) })
	ids := o.traces()
	for i, want := range spans {
		got := o.span(i, idAt(ids, o.number(traceColumn, i)))
		if o.err != nil || fmt.Sprint(byName(got)) != fmt.Sprint(byName(want)) {
			t.Fatalf("row %d: %v\n%+v\n%+v", i, o.err, got, want)
		}
	}
	if len(ids) != 70*16 || len(o.footer.runs) != 4 {
		t.Fatalf("%d ids, %d runs", len(ids)/16, len(o.footer.runs))
	}
}

func TestABlockOfLinesHoldsWhatItWasMadeOf(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for sentence, message := range map[string]func() string{
		"none is structured": func() string { return "" }, "all are": func() string { return fmt.Sprint("m", r.IntN(100)) },
		"some are": func() string { return strings.Repeat("m", r.IntN(2)) },
	} {
		var lines []signal.Line
		var rows [][]byte
		for i := range 1500 {
			l := line(r.IntN(5000), "orders", signal.Level(r.IntN(6)), traceID(r.IntN(30)))
			l.At = l.At.Add(time.Duration(i))
			if l.Message = message(); l.Message == "" {
				l.Message = l.Text
			}
			if i%3 == 0 {
				l.Trace, l.Span = trace.ID{}, trace.SpanID{byte(i)}
			}
			lines, rows = append(lines, l), append(rows, appendLine(nil, &l))
		}
		o := written(t, rows...)
		slices.SortStableFunc(lines, func(a, b signal.Line) int { return a.At.Compare(b.At) })
		ids := o.traces()
		for i, want := range lines {
			got := o.line(i)
			got.Trace = idAt(ids, o.number(traceColumn, i))
			if o.err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s: row %d: %v\n%+v\n%+v", sentence, i, o.err, got, want)
			}
		}
		for _, want := range lines {
			if o.pagesWith([]string{"line", want.Text[len("line "):]}) == 0 {
				t.Fatalf("%s: the bloom denies %q", sentence, want.Text)
			}
		}
		denied := 0
		for n := range 1000 {
			if o.pagesWith([]string{fmt.Sprint("other", n)}) == 0 {
				denied++
			}
		}
		if denied < 900 {
			t.Fatalf("%s: the bloom denies %d of 1000 words that are not there", sentence, denied)
		}
	}
}

func TestIDsAreFoundByAnyBeginning(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var ids []trace.ID
	var rows [][]byte
	for i := range 5*chunkIDs + 1 {
		s := span(i, "orders", 0, 1, false)
		if i%2 == 0 { // half of them begin alike
			for at := range s.Trace {
				s.Trace[at] = byte(r.Uint32())
			}
		}
		ids, rows = append(ids, s.Trace), append(rows, appendSpan(nil, &s))
	}
	o := written(t, rows...)
	slices.SortFunc(ids, func(a, b trace.ID) int { return strings.Compare(a.String(), b.String()) })
	if all := o.traces(); len(all) != idSize*len(ids) {
		t.Fatalf("%d bytes of ids", len(all))
	}
	prefixes := []string{"", "0", "f", "4b", "4b00", "4b01", "zz", "4b0x", strings.Repeat("0", 32), strings.Repeat("f", 32), strings.Repeat("0", 33)}
	for _, id := range ids {
		prefixes = append(prefixes, id.String(), id.String()[:r.IntN(32)], id.String()+"0")
	}
	for _, prefix := range prefixes {
		from, to, first := o.among(prefix)
		var want []trace.ID
		for _, id := range ids {
			if strings.HasPrefix(id.String(), prefix) {
				want = append(want, id)
			}
		}
		if o.err != nil || to-from != len(want) || len(want) > 0 && (first != want[0] || ids[from] != first) {
			t.Fatalf("%q: %d to %d, %s, want %d; %v", prefix, from, to, first, len(want), o.err)
		}
	}
}

func FuzzPage(f *testing.F) {
	w, err := newPageWriter()
	if err != nil {
		f.Fatal(err)
	}
	w.page([]byte(strings.Repeat("some text ", 50)))
	f.Add(w.out)
	f.Fuzz(func(t *testing.T, framed []byte) {
		var pool decoders
		inflate, err := pool.take()
		if err != nil {
			t.Fatal(err)
		}
		if len(framed) > pageHead { // as if the CRC were right: what is behind it must stand alone
			sealPage(framed)
		}
		if raw, err := openPage(framed, inflate); err == nil && len(raw) > biggestPage {
			t.Fatalf("%d bytes", len(raw))
		}
		inflate.Close()
	})
}

func FuzzFooter(f *testing.F) {
	s := span(1, "orders", 0, 1, true)
	o := written(&testing.T{}, appendSpan(nil, &s))
	f.Add(o.page(o.block.facts.footer), 1)
	f.Fuzz(func(t *testing.T, raw []byte, rows int) {
		found, err := decodeFooter(raw, rows)
		if err != nil {
			return
		}
		total := 0
		for _, r := range found.runs {
			total += r.rows
		}
		if total != rows {
			t.Fatalf("%d rows of %d", total, rows)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	f.Add((&facts{rows: 3, first: 1, last: 2}).trailer())
	f.Fuzz(func(t *testing.T, b []byte) {
		if found, err := decodeTrailer(b); err == nil && string(found.trailer()) != string(b) {
			t.Fatalf("%+v is written as %x", found, found.trailer())
		}
	})
}

func FuzzTextPage(f *testing.F) {
	f.Add([]byte{3, 1, 'a', 'b', 'c', 'd'}, byte(plain), false, 2, int64(0))
	f.Add([]byte{1, 0xff, 0xee}, byte(packedHex), true, 3, int64(4))
	f.Add([]byte{0, 1, 1}, byte(short), false, 3, int64(0))
	f.Fuzz(func(t *testing.T, raw []byte, e byte, sparse bool, rows int, number int64) {
		if rows < 0 || rows > pageRows {
			return
		}
		c := &column{encoding: encoding(e), sparse: sparse, number: number}
		page, err := decodeTexts(c, []string{"one", "two"}[:1+len(raw)%2], raw, rows)
		if err != nil {
			return
		}
		for i := range rows {
			page.at(i)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add([]byte{2, 4, 6}, byte(deltas), 3)
	f.Fuzz(func(t *testing.T, raw []byte, e byte, rows int) {
		if rows < 0 || rows > pageRows {
			return
		}
		if values, err := decodeNumbers(nil, encoding(e), raw, rows); err == nil && len(values) != rows {
			t.Fatalf("%d of %d", len(values), rows)
		}
	})
}

func FuzzLog(f *testing.F) {
	s, l := span(1, "orders", 0, 1, true), line(1, "orders", signal.Info, traceID(1))
	for _, kind := range []byte{batchRecord, carriedRecord} {
		record := []byte{kind}
		if kind == carriedRecord {
			record = appendText(append(record, 1), "orders")
		}
		for _, row := range [][]byte{appendSpan(nil, &s), appendLine(nil, &l)} {
			record = append(append(record, byte(len(row)), byte(len(row)>>7)), row...)
		}
		f.Add(record)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		found := &left{carried: map[string]bool{}, rings: map[string]*pending{}}
		found.take(record)
		for _, p := range found.rings {
			hold(t, p)
		}
	})
}

// hold makes a block of rows that are pending, which must succeed for all that the log lets in, and reads it.
func hold(t *testing.T, p *pending) {
	t.Helper()
	var rows [][]byte
	for i := range p.starts {
		rows = append(rows, p.row(i))
	}
	if len(rows) == 0 {
		return
	}
	o := written(t, rows...)
	for i := range rows {
		if rows[i][0] == spanRecord {
			o.span(i, trace.ID{})
		} else {
			o.line(i)
		}
	}
	if o.err != nil {
		t.Fatal(o.err)
	}
}

// byName has the attributes of a span in the order of their names: a block keeps none.
func byName(s signal.Span) signal.Span {
	s.Attributes = slices.SortedFunc(slices.Values(s.Attributes), func(a, b signal.Attribute) int { return cmp.Compare(a.Name, b.Name) })
	return s
}
