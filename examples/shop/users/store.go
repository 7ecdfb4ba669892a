package main

import (
	"crypto/rand"
	"net/http"
	"net/mail"
	"strings"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// user is what others may know of a customer.
type user struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

type account struct {
	user
	password password
}

// store is the customers by e-mail address, in memory.
type store struct {
	rounds int
	mu     struct {
		sync.Mutex
		accounts map[string]account
	}
}

func newStore(rounds int) *store {
	s := &store{rounds: rounds}
	s.mu.accounts = map[string]account{}
	return s
}

type registration struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// address is the e-mail address as it is stored, so that one person has one account.
func address(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

func (g registration) check() error {
	parsed, err := mail.ParseAddress(g.Email)
	switch {
	case err != nil || parsed.Address != g.Email:
		return service.Refuse(http.StatusUnprocessableEntity, "The e-mail address is none.")
	case strings.TrimSpace(g.Name) == "" || len(g.Name) > 100:
		return service.Refuse(http.StatusUnprocessableEntity, "The name has 1 to 100 characters.")
	case len(g.Password) < 8 || len(g.Password) > 200:
		return service.Refuse(http.StatusUnprocessableEntity, "The password has 8 to 200 characters.")
	}
	return nil
}

// register hashes before it takes the lock: that takes a tenth of a second, on purpose.
func (s *store) register(g registration) (user, error) {
	g.Email, g.Name = address(g.Email), strings.TrimSpace(g.Name)
	if err := g.check(); err != nil {
		return user{}, err
	}
	p, err := hashed(g.Password, s.rounds)
	if err != nil {
		return user{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.mu.accounts[g.Email]; taken {
		return user{}, service.Refuse(http.StatusConflict, "An account with this e-mail address exists.")
	}
	a := account{user{rand.Text(), g.Email, g.Name}, p}
	s.mu.accounts[g.Email] = a
	return a.user, nil
}

// login says the same, and takes as long, whether the address or the password is wrong.
func (s *store) login(email, plain string) (user, error) {
	s.mu.Lock()
	a, known := s.mu.accounts[address(email)]
	s.mu.Unlock()
	if !known {
		a.password = password{salt: make([]byte, 16), rounds: s.rounds}
	}
	if !a.password.is(plain) {
		return user{}, service.Refuse(http.StatusUnauthorized, "The e-mail address or the password is not right.")
	}
	return a.user, nil
}

func (s *store) byID(id string) (user, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.mu.accounts {
		if a.ID == id {
			return a.user, true
		}
	}
	return user{}, false
}
