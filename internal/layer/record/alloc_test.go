package record

import (
	"testing"
	"time"
	"unsafe"

	"github.com/banyan-run/banyan/internal/exchange"
)

func TestARecordIsOneAllocation(t *testing.T) {
	x := &exchange.Exchange{Now: time.Now(), Edge: exchange.Edge{Caller: "gateway", Callee: "orders"}}
	x.Request.Method, x.Request.Path, x.Note.Instance, x.Trace.State = "GET", "/orders/7", "orders.1", "a=b"
	var caller, path string
	if n := testing.AllocsPerRun(100, func() { r := Of(x); caller, path = r.Caller, r.Path }); n > 1 {
		t.Fatalf("%v allocations", n)
	}
	if caller != "gateway" || path != "/orders/7" {
		t.Fatalf("%q, %q", caller, path)
	}
}

// A record that has one text alone copies it all the same.
func TestAPathAloneIsCopied(t *testing.T) {
	buffer := []byte("/a/path")
	x := &exchange.Exchange{Now: time.Now()}
	x.Request.Path = unsafe.String(&buffer[0], len(buffer))
	r := Of(x)
	buffer[1] = '!'
	if r.Path != "/a/path" {
		t.Fatal(r.Path)
	}
}

func BenchmarkOf(b *testing.B) {
	x := &exchange.Exchange{Now: time.Now(), Edge: exchange.Edge{Caller: "gateway", Callee: "orders"}}
	x.Request.Method, x.Request.Path, x.Note.Instance = "GET", "/orders/7", "orders.1"
	b.ReportAllocs()
	for b.Loop() {
		Of(x)
	}
}
