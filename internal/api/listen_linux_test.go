package api

import (
	"net"
	"path/filepath"
	"testing"
)

func TestWhomTheKernelDoesNotTellIsNobody(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if who, known := credentials(conn); !known || who.pid == 0 {
		t.Fatalf("%+v, %t", who, known)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if who, known := credentials(conn); !known || who.uid >= 0 {
		t.Fatalf("a closed connection is let in: %+v, %t", who, known)
	}
}
