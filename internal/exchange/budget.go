package exchange

import "sync/atomic"

// Budget bounds what many exchanges hold together, in bytes. The zero Budget has none; Grant fills it. Any goroutine may use it.
type Budget struct{ left atomic.Int64 }

// Grant adds n bytes.
func (b *Budget) Grant(n int64) { b.left.Add(n) }

// Take takes n bytes, or none when there are fewer. A nil Budget has no bound.
func (b *Budget) Take(n int64) bool {
	if b == nil || b.left.Add(-n) >= 0 {
		return true
	}
	b.left.Add(n)
	return false
}

// Give gives n bytes back.
func (b *Budget) Give(n int64) {
	if b != nil {
		b.left.Add(n)
	}
}
