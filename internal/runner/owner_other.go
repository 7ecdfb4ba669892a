//go:build !linux

package runner

import "net/netip"

// groupCache is empty: only Linux shows whose a socket is.
type groupCache struct{}

func (*groupCache) holder(uint32, map[int]string) (string, bool) { return "", false }

func socketInode(_, _ netip.AddrPort) (uint32, bool) { return 0, false }

func listeningInodes(int) []uint32 { return nil }

func anyHolder(uint32) (int, bool) { return 0, false }

func programOf(int) string { return "unknown" }
