package main

import (
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(l *list) service.Routes {
	return service.Routes{
		"GET /": func(w http.ResponseWriter, r *http.Request) error {
			if r.URL.Path != "/" {
				return show(w, http.StatusNotFound, "nothing", nil)
			}
			return show(w, http.StatusOK, "front", nil)
		},
		"GET /about": func(w http.ResponseWriter, _ *http.Request) error { return show(w, http.StatusOK, "about", nil) },
		"GET /gift-cards": func(w http.ResponseWriter, r *http.Request) error {
			code := strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("code")))
			return show(w, http.StatusOK, "cards", map[string]string{"Code": code, "Answer": balance(code)})
		},
		"GET /newsletter": func(w http.ResponseWriter, _ *http.Request) error { return show(w, http.StatusOK, "newsletter", nil) },
		"POST /newsletter": func(w http.ResponseWriter, r *http.Request) error {
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			address, err := mail.ParseAddress(r.PostFormValue("email"))
			if err != nil {
				return show(w, http.StatusUnprocessableEntity, "newsletter", "This e-mail address is none.")
			}
			if !l.add(address.Address) {
				return show(w, http.StatusOK, "newsletter", "You are on the list already.")
			}
			return show(w, http.StatusOK, "newsletter", "You are on the list.")
		},
	}
}

// balance says what is left on a gift card; nothing when no code was given.
func balance(code string) string {
	cents, known := map[string]int{"BANYAN-2026": 2500, "THANK-YOU": 0}[code]
	switch {
	case code == "":
		return ""
	case !known:
		return "There is no such card."
	}
	return fmt.Sprintf("There are €%d.%02d left on it.", cents/100, cents%100)
}

// list is who gets the newsletter.
type list struct {
	mu struct {
		sync.Mutex
		addresses map[string]bool
	}
}

func newList() *list {
	l := &list{}
	l.mu.addresses = map[string]bool{}
	return l
}

// add is false for one who is on the list.
func (l *list) add(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	address = strings.ToLower(address)
	if l.mu.addresses[address] {
		return false
	}
	l.mu.addresses[address] = true
	return true
}
