package main

import (
	"net/http/httptest"
	"testing"
)

func TestHello(t *testing.T) {
	w := httptest.NewRecorder()
	hello(w, httptest.NewRequest("GET", "/world", nil))
	if got := w.Body.String(); got != "Hello from /world\n" {
		t.Errorf("it says %q", got)
	}
}
