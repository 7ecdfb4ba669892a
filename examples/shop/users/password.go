package main

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// iterations is what OWASP's password storage guide asks of PBKDF2 with HMAC-SHA-256.
const iterations = 600_000

// password is what is kept instead of a password.
type password struct {
	salt, hash []byte
	rounds     int
}

func hashed(plain string, rounds int) (password, error) {
	p := password{salt: make([]byte, 16), rounds: rounds}
	_, _ = rand.Read(p.salt) // never fails: crypto/rand ends the process instead
	var err error
	p.hash, err = pbkdf2.Key(sha256.New, plain, p.salt, rounds, sha256.Size)
	if err != nil {
		return p, fmt.Errorf("hashing a password: %w", err)
	}
	return p, nil
}

// is takes the same time whatever is wrong with plain.
func (p password) is(plain string) bool {
	hash, err := pbkdf2.Key(sha256.New, plain, p.salt, p.rounds, sha256.Size)
	return err == nil && subtle.ConstantTimeCompare(hash, p.hash) == 1
}
