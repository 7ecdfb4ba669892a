package runner

import (
	"bytes"
	"testing"
)

func TestStatLines(t *testing.T) {
	const rest = " S 12 34 34 0 -1 4194560 100 200 0 0 7 5 2 1 20 0 9 0 4321 1000000 250 18446744073709551615"
	want := procStat{pid: 77, parent: 12, group: 34, ticks: 15, pages: 250}
	rows := []struct {
		sentence, line string
		ok             bool
	}{
		{"a plain name", "77 (node)" + rest, true},
		{"a name with spaces and brackets", "77 (my ) (app))" + rest, true},
		{"cut short", "77 (node) S 12 34", false},
		{"no name", "77" + rest, false},
		{"no number", "77 (node) S x 34" + rest, false},
		{"nothing", "", false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got, ok := parseStat([]byte(row.line)); ok != row.ok || ok && got != want {
				t.Fatalf("%+v, %v", got, ok)
			}
		})
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("77 (node) S 12 34 34 0 -1 4194560 100 200 0 0 7 5 2 1 20 0 9 0 4321 1000000 250 18446744073709551615"))
	f.Add([]byte(")("))
	f.Fuzz(func(t *testing.T, line []byte) {
		s, ok := parseStat(line)
		if !ok {
			return
		}
		// Later kernels append fields: what was read before does not change by them.
		if longer, ok := parseStat(append(bytes.Clone(line), " 7 8"...)); !ok || longer != s {
			t.Fatalf("%q is read as %+v, and with more fields as %+v, %v", line, s, longer, ok)
		}
	})
}

func TestListeningSockets(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
   2: 0100007F:F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
   3: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 x 1 0 100 0 0 10 0
   4: cut`
	if found := parseListening([]byte(table), 8080); len(found) != 1 || found[0] != 4711 {
		t.Fatalf("%v", found)
	}
}
