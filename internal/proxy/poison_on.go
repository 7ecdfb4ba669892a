//go:build race || invariants

package proxy

// poison overwrites a head that is given back: who kept a string of it without a clone sees it.
func poison(head []byte) {
	for i := range head {
		head[i] = '!'
	}
}
