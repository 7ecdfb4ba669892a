package keeper

import (
	"bytes"
	"testing"
	"time"
)

func fill(s *spool, key string, pieces int) {
	for range pieces {
		s.add(key, Stdout, bytes.Repeat([]byte("x"), piece), time.Time{})
	}
}

// drainSpool takes what there is to send.
func drainSpool(s *spool) (size, lost int64, last uint64) {
	for o, some := s.next(); some; o, some = s.next() {
		size, lost, last = size+int64(len(o.Data)), lost+o.Lost, o.Seq
	}
	return size, lost, last
}

func TestSpool(t *testing.T) {
	const kept = perChild / (piece + chunkCost)
	rows := []struct {
		sentence   string
		play       func(s *spool)
		size, lost int64
	}{
		{"what was added is sent", func(s *spool) { fill(s, "a", 2) }, 2 * piece, 0},
		{"beyond the bound the oldest is dropped and counted", func(s *spool) { fill(s, "a", kept+3) }, kept * piece, 3 * piece},
		{"one child's flood costs no other", func(s *spool) { fill(s, "b", 1); fill(s, "a", kept+3) }, (kept + 1) * piece, 3 * piece},
		{"what was acknowledged is not sent again", func(s *spool) {
			fill(s, "a", 2)
			_, _, last := drainSpool(s)
			s.ack(last)
			s.rewind()
		}, 0, 0},
		{"what was not acknowledged is sent again", func(s *spool) { fill(s, "a", 2); drainSpool(s); s.rewind() }, 2 * piece, 0},
		{"what was sent and dropped is not lost for who took it", func(s *spool) { fill(s, "a", kept); drainSpool(s); fill(s, "a", 2) }, 2 * piece, 0},
		{"but it is for the next", func(s *spool) { fill(s, "a", kept); drainSpool(s); fill(s, "a", 2); s.rewind() }, kept * piece, 2 * piece},
		{"unless it was acknowledged after all", func(s *spool) {
			fill(s, "a", kept)
			_, _, last := drainSpool(s)
			fill(s, "a", 2)
			s.ack(last)
			s.rewind()
		}, 2 * piece, 0},
		{"no more is sent ahead than the window", func(s *spool) { fill(s, "a", kept); fill(s, "b", kept); fill(s, "c", kept) },
			(inFlight/(piece+chunkCost) + 1) * piece, 0},
		{"what was dropped in flight holds the window until it is acknowledged", func(s *spool) {
			for range 10 {
				fill(s, "a", kept)
				drainSpool(s)
			}
		}, 0, 0},
		{"and then no longer", func(s *spool) {
			last := uint64(0)
			for range 10 {
				fill(s, "a", kept)
				if _, _, seq := drainSpool(s); seq > 0 {
					last = seq
				}
			}
			s.ack(last)
		}, kept * piece, (9*kept - inFlight/(piece+chunkCost) - 1) * piece},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := newSpool()
			row.play(s)
			if size, lost, _ := drainSpool(s); size != row.size || lost != row.lost {
				t.Fatalf("sent %d and lost %d bytes, want %d and %d", size, lost, row.size, row.lost)
			}
		})
	}
}

func TestShortLinesShareAChunk(t *testing.T) {
	s := newSpool()
	for range 100 {
		s.add("a", Stdout, []byte("line\n"), time.Time{})
	}
	if o, _ := s.next(); len(o.Data) != 500 {
		t.Fatalf("the first chunk has %d bytes", len(o.Data))
	}
}
