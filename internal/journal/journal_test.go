package journal

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// The form is the control API's and that of files which the next version reads.
func TestTheFormOfAnEntry(t *testing.T) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	rows := []struct {
		sentence string
		entry    Entry
		want     string
	}{
		{"what is not known is not written", Entry{At: at, Kind: Up, Subject: "shop", Text: "up"},
			`{"at":"2026-05-04T03:02:01Z","kind":"up","subject":"shop","text":"up"}`},
		{"a cause has its place and its code", Entry{At: at, Kind: Restart, Subject: "orders", Text: "restarted", Why: "env changed",
			Where: diag.Position{File: "banyan.yaml", Line: 7, Column: 3}, Code: diag.ExitedEarly, Lines: []string{"bye"}},
			`{"at":"2026-05-04T03:02:01Z","kind":"restart","subject":"orders","text":"restarted","why":"env changed",` +
				`"where":{"file":"banyan.yaml","line":7,"column":3},"code":"BYN-2004","lines":["bye"]}`},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			written, err := json.Marshal(row.entry)
			if err != nil || string(written) != row.want {
				t.Fatalf("%s, %v", written, err)
			}
			var read Entry
			if err := json.Unmarshal(written, &read); err != nil || !reflect.DeepEqual(read, row.entry) {
				t.Fatalf("%+v, %v", read, err)
			}
		})
	}
}
