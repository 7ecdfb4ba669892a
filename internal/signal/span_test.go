package signal

import (
	"encoding/json"
	"strings"
	"testing"
)

// The identifiers are written by whoever writes a span, in the form of the trace package.
func TestASpanIsWrittenWithoutItsIdentifiers(t *testing.T) {
	span := Span{Service: "orders", Name: "GET /orders/{id}", Kind: Server, Attributes: Attributes{{"http.route", "/orders/{id}"}}}
	span.Trace[0], span.ID[0] = 1, 1
	written, err := json.Marshal(span)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"service":"orders","name":"GET /orders/{id}","kind":"server","start":"0001-01-01T00:00:00Z","duration":0,"attributes":{"http.route":"/orders/{id}"}}`
	if string(written) != want || strings.Contains(string(written), "Trace") {
		t.Fatalf("%s", written)
	}
}
