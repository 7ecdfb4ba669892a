// Command kv keeps values by key, a file each: a store as small as one can be, which knows nothing of Banyan.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:7070", "host:port to listen at")
	data := flag.String("data", "data", "folder of the values")
	flag.Parse()
	log.Printf("keeping values in %s, listening at %s", filepath.Base(*data), *listen)
	log.Fatal(http.ListenAndServe(*listen, store{*data}.handler()))
}

// store is a folder with a file for each key.
type store struct{ folder string }

var keyFits = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// maxValue bounds a value, in bytes.
const maxValue = 1 << 20

func (s store) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /{$}", s.list)
	mux.HandleFunc("GET /{key}", s.get)
	mux.HandleFunc("PUT /{key}", s.put)
	mux.HandleFunc("DELETE /{key}", s.remove)
	return mux
}

func (s store) list(w http.ResponseWriter, _ *http.Request) {
	keys := []string{}
	entries, err := os.ReadDir(s.folder)
	for _, e := range entries {
		if keyFits.MatchString(e.Name()) {
			keys = append(keys, e.Name())
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "the folder cannot be read", http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(keys) // the client is gone
}

func (s store) get(w http.ResponseWriter, r *http.Request) {
	value, err := os.ReadFile(s.path(r))
	if err != nil {
		http.Error(w, "no such key", http.StatusNotFound)
		return
	}
	_, _ = w.Write(value)
}

func (s store) put(w http.ResponseWriter, r *http.Request) {
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxValue))
	switch {
	case !keyFits.MatchString(r.PathValue("key")):
		http.Error(w, "a key is lower-case letters, digits and dashes", http.StatusBadRequest)
		return
	case err == nil:
		err = errors.Join(os.MkdirAll(s.folder, 0o700), os.WriteFile(s.path(r), value, 0o600))
	}
	if err != nil {
		http.Error(w, "the value cannot be kept", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s store) remove(w http.ResponseWriter, r *http.Request) {
	if err := os.Remove(s.path(r)); err != nil {
		http.Error(w, "no such key", http.StatusNotFound)
	}
}

// path is that of a key; one that is none leads to a file that never is.
func (s store) path(r *http.Request) string {
	key := r.PathValue("key")
	if !keyFits.MatchString(key) || strings.ContainsRune(key, os.PathSeparator) {
		key = ".none"
	}
	return filepath.Join(s.folder, key)
}
