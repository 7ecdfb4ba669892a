package trace

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	rows := []struct {
		sentence, field string
		ok              bool
	}{
		{"version 00 is read", "00-" + trace + "-" + span + "-01", true},
		{"a later version is read as version 00", "cc-" + trace + "-" + span + "-01", true},
		{"a later version may be longer after a dash", "cc-" + trace + "-" + span + "-01-what", true},
		{"a later version may not be longer without one", "cc-" + trace + "-" + span + "-01.what", false},
		{"version 00 may not be longer", "00-" + trace + "-" + span + "-01-what", false},
		{"version ff is invalid", "ff-" + trace + "-" + span + "-01", false},
		{"upper case is invalid", "00-" + strings.ToUpper(trace) + "-" + span + "-01", false},
		{"a zero trace is invalid", "00-" + strings.Repeat("0", 32) + "-" + span + "-01", false},
		{"a zero span is invalid", "00-" + trace + "-" + strings.Repeat("0", 16) + "-01", false},
		{"a short field is invalid", "00-" + trace, false},
		{"nothing is invalid", "", false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			c, err := Parse([]byte(row.field))
			if (err == nil) != row.ok {
				t.Fatalf("Parse(%q): %v", row.field, err)
			}
			if row.ok && (c.Trace.String() != trace || c.Span.String() != span) {
				t.Fatalf("read %v", c)
			}
		})
	}
}

func TestChildKeepsTheTraceAndNamesItsParent(t *testing.T) {
	root := New()
	child := root.Child()
	if child.Trace != root.Trace || child.Parent != root.Span || child.Span == root.Span {
		t.Fatalf("root %+v, child %+v", root, child)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
	f.Fuzz(func(t *testing.T, field []byte) {
		c, err := Parse(field)
		if err != nil {
			return
		}
		again, err := Parse(c.Append(nil))
		if err != nil || again != c {
			t.Fatalf("%q read as %+v, written and read as %+v: %v", field, c, again, err)
		}
	})
}
