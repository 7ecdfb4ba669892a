package signal

import (
	"slices"
	"testing"
)

func TestLevels(t *testing.T) {
	rows := []struct {
		sentence string
		level    Level
		want     string
	}{
		{"a line that names none has none", Unset, ""},
		{"the least grave", Trace, "TRACE"},
		{"the gravest", Fatal, "FATAL"},
		{"a number below all levels is none", -1, ""},
		{"a number beyond all levels is none", Fatal + 1, ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := row.level.String(); got != row.want {
				t.Fatalf("%q", got)
			}
		})
	}
	if !slices.IsSorted([]Level{Unset, Trace, Debug, Info, Warn, Error, Fatal}) {
		t.Fatal("levels are not in the order of their gravity")
	}
}
