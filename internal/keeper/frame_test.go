package keeper

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
)

func TestAFrameIsReadAsItWasWritten(t *testing.T) {
	want := message{Op: opOutput, Key: "orders.1", Seq: 7, Stream: Stderr, Data: []byte("a\x00b\n")}
	b, err := encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(bytes.NewReader(b))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("read %+v, %v", got, err)
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	rows := []struct {
		sentence, bytes string
		want            error
	}{
		{"the end is the end", "", io.EOF},
		{"lengths cut short", "\x00\x00", io.ErrUnexpectedEOF},
		{"a head above the bound is not allocated", "\xff\xff\xff\xff\x00\x00\x00\x00", errFrame},
		{"data above the bound is not allocated", "\x00\x00\x00\x02\x00\x01\x00\x01{}", errFrame},
		{"a body cut short", "\x00\x00\x00\x09\x00\x00\x00\x00{}", errFrame},
		{"a head that is no JSON", "\x00\x00\x00\x02\x00\x00\x00\x00{[", errFrame},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if _, err := decode(bytes.NewReader([]byte(row.bytes))); !errors.Is(err, row.want) {
				t.Fatalf("decode: %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	good, err := encode(message{Op: opStart, Call: 3, Spec: &Spec{Key: "a.1", Argv: []string{"sh"}}, Data: []byte("x")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("\x00\x00\x00\x02\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(bytes.NewReader(b))
		if err != nil {
			return
		}
		again, err := encode(m)
		if err != nil {
			return // a head may grow above the bound when it is written canonically
		}
		if _, err := decode(bytes.NewReader(again)); err != nil {
			t.Fatalf("what was decoded and encoded is refused: %v", err)
		}
	})
}
