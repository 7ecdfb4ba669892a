package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestStore(t *testing.T) {
	handler := store{t.TempDir()}.handler()
	rows := []struct {
		sentence, method, path, body string
		code                         int
		want                         string
	}{
		{"nothing is there", "GET", "/", "", 200, "[]\n"},
		{"no such key", "GET", "/a", "", 404, "no such key\n"},
		{"a value is kept", "PUT", "/a", "one", 204, ""},
		{"and found", "GET", "/a", "", 200, "one"},
		{"and listed", "GET", "/", "", 200, "[\"a\"]\n"},
		{"a key is a word", "PUT", "/A%2Fb", "x", 400, "a key is lower-case letters, digits and dashes\n"},
		{"what is removed is gone", "DELETE", "/a", "", 200, ""},
		{"and no more", "DELETE", "/a", "", 404, "no such key\n"},
		{"it is well", "GET", "/healthz", "", 200, ""},
	}
	for _, row := range rows {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(row.method, row.path, strings.NewReader(row.body)))
		if w.Code != row.code || w.Body.String() != row.want {
			t.Errorf("%s: %d %q, want %d %q", row.sentence, w.Code, w.Body, row.code, row.want)
		}
	}
}
