package main

import "fmt"

// kind is a workload with its name and the bars of Banyan's ratio to each peer.
type kind struct {
	name    string
	traffic workload
	bars    map[string]bar
}

// bar is what a figure must not exceed, and what is aimed at; zero is none.
type bar struct{ must, aim float64 }

// mark tells whether a figure meets the bar.
func (b bar) mark(figure float64) string {
	switch {
	case b.must == 0:
		return ""
	case figure > b.must:
		return fmt.Sprintf("✗ ≤ %.2f", b.must)
	case b.aim > 0 && figure <= b.aim:
		return fmt.Sprintf("✓✓ ≤ %.2f, aim %.2f", b.must, b.aim)
	}
	return fmt.Sprintf("✓ ≤ %.2f", b.must)
}

const small, large = 200, 16 << 10

var kinds = []kind{
	{"200 B, 64 connections", ask{64, small, 0, false}, smallBars},
	{"200 B, 256 connections", ask{256, small, 0, false}, smallBars},
	{"16 KiB, 64 connections", ask{64, large, 0, false}, map[string]bar{"nginx": {0.85, 0.75}, "haproxy": {0.85, 0.75}, "caddy": {must: 0.20}}},
	{"16 KiB, 256 connections", ask{256, large, 0, false}, map[string]bar{"nginx": {0.85, 0.75}, "haproxy": {0.85, 0.75}, "caddy": {must: 0.20}}},
	{"POST 1 KiB, 64 connections", ask{64, small, 1 << 10, false}, postBars},
	{"POST 1 KiB, 256 connections", ask{256, small, 1 << 10, false}, postBars},
	{"TLS 1.3, 200 B, 64 connections", ask{64, small, 0, true}, map[string]bar{"nginx": {1, 0.9}, "haproxy": {must: 1}, "caddy": {must: 0.25}}},
	{"gRPC unary, 8 connections of 16 streams", calls{8, 16},
		map[string]bar{"nginx": {1, 0.85}, "haproxy": {1.4, 1.1}, "caddy": {must: 0.5}, "reverseproxy": {must: 0.6}}},
	{"WebSocket, 200 B there and back, 64 connections", sockets{64}, nil},
	{"a connection for each request, 200 B, 16 at once", fresh{16, false}, nil},
	{"TLS 1.3 handshakes (ECDSA P-256, X25519), 16 at once", fresh{16, true}, nil},
}

var (
	smallBars = map[string]bar{"nginx": {0.88, 0.78}, "haproxy": {0.90, 0.80}, "caddy": {must: 0.20}, "reverseproxy": {must: 0.30}}
	postBars  = map[string]bar{"nginx": {0.88, 0.75}, "haproxy": {1, 0.9}, "caddy": {must: 0.18}}
	// userBar is for the time outside the kernel of a request with 200 B, in microseconds.
	userBar = bar{must: 4}
)
