package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func TestNotesAreSeededAndServed(t *testing.T) {
	kept := map[string]string{}
	kv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			value, _ := io.ReadAll(r.Body)
			kept[r.URL.Path] = string(value)
			return
		}
		_, _ = w.Write([]byte(kept[r.URL.Path]))
	}))
	defer kv.Close()
	s := store{kv.URL}
	file := filepath.Join(t.TempDir(), "milk.txt")
	if err := os.WriteFile(file, []byte("Buy milk."), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.seed([]string{file}); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, httptest.NewRequest("GET", "/milk", nil))
	if w.Body.String() != "Buy milk." {
		t.Errorf("it answers %q", w.Body)
	}
	if err := s.seed([]string{"absent.txt"}); err == nil {
		t.Error("a file that is absent was seeded")
	}
}
