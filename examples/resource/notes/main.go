// Command notes keeps notes in a key-value store that it finds by KV_URL. It serves them, seeds them, and tidies them up.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("notes serve | migrate | seed <file>… | tidy")
	}
	s := store{strings.TrimSuffix(os.Getenv("KV_URL"), "/")}
	if s.url == "" {
		log.Fatal("KV_URL is not set")
	}
	var err error
	switch os.Args[1] {
	case "serve":
		err = http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), s.handler())
	case "migrate":
		err = s.put("schema", []byte("1\n"))
		fmt.Println("schema 1")
	case "seed":
		err = s.seed(os.Args[2:])
	case "tidy":
		s.tidy()
	default:
		err = fmt.Errorf("%q is nothing that notes does", os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
}

// store is where the notes are.
type store struct{ url string }

func (s store) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/", s.forward)
	return mux
}

// forward answers with what the store does.
func (s store) forward(w http.ResponseWriter, r *http.Request) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, s.url+r.URL.EscapedPath(), r.Body)
	if err != nil {
		http.Error(w, "this cannot be asked", http.StatusBadRequest)
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		http.Error(w, "the store does not answer", http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body) // the client is gone
}

func (s store) put(key string, value []byte) error {
	request, err := http.NewRequest(http.MethodPut, s.url+"/"+key, bytes.NewReader(value))
	if err != nil {
		return fmt.Errorf("keeping %s: %w", key, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", key, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("keeping %s: the store answered %s", key, answer.Status)
	}
	return nil
}

// seed keeps each file under its name.
func (s store) seed(files []string) error {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("seeding: %w", err)
		}
		key := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if err := s.put(key, text); err != nil {
			return err
		}
		fmt.Println("seeded", key)
	}
	return nil
}

// tidy counts the notes now and then.
func (s store) tidy() {
	for {
		var keys []string
		answer, err := http.Get(s.url + "/")
		if err == nil {
			err = json.NewDecoder(answer.Body).Decode(&keys)
			_ = answer.Body.Close()
		}
		if err != nil {
			log.Printf("level=warn msg=%q", err)
		} else {
			log.Printf("level=info msg=\"there are %d values\"", len(keys))
		}
		time.Sleep(10 * time.Second)
	}
}
