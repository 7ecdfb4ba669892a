package contract

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// answers sends the case, holds the answer against its operation, and says whether it was a success.
func (d document) answers(t *testing.T, url string, c Case) bool {
	t.Helper()
	method, _, _ := strings.Cut(c.Operation, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, url+c.Path, strings.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	if c.Body != "" {
		request.Header.Set("Content-Type", "application/json")
		if !strings.HasPrefix(c.Body, "{") {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	for key, value := range c.Header {
		request.Header.Set(key, value)
	}
	answer, err := http.DefaultTransport.RoundTrip(request) // a redirect is an answer like any other
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != c.Status {
		t.Errorf("%s: answered %d, not %d: %s", c.Path, answer.StatusCode, c.Status, body)
	}
	operation, known := d.operations()[c.Operation]
	if !known {
		t.Fatalf("the contract has no operation %s", c.Operation)
	}
	response, declared := operation.Responses[strconv.Itoa(answer.StatusCode)]
	if !declared {
		t.Fatalf("%s: the contract declares no status %d", c.Operation, answer.StatusCode)
	}
	d.holds(t, d.response(response), answer.Header.Get("Content-Type"), body)
	return answer.StatusCode < 400
}

// holds compares content type and body with what the response declares.
func (d document) holds(t *testing.T, declared response, kind string, body []byte) {
	t.Helper()
	kind, _, _ = strings.Cut(kind, ";")
	if len(declared.Content) == 0 {
		if len(body) > 0 {
			t.Errorf("a body of %s where the contract declares none", kind)
		}
		return
	}
	media, known := declared.Content[kind]
	if !known {
		t.Fatalf("the contract does not declare the content type %q", kind)
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatalf("the body is no JSON: %v", err)
	}
	for _, difference := range d.differences("body", media.Schema, value) {
		t.Error(difference)
	}
}
