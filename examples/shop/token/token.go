// Package token makes and checks the shop's access tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037). The
// users service signs; whoever needs to know the customer checks with the published keys and asks nobody per request.
package token

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What every token of the shop says about where it comes from and whom it is for.
const (
	Issuer   = "https://id.shop.example"
	Audience = "shop"
)

// Lifetime is how long a token is good for.
const Lifetime = time.Hour

// Claims is what a token says about the customer. Times are seconds since 1970.
type Claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Name     string `json:"name"`
	Scope    string `json:"scope"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// Signer holds the private key. It may be used by many at once.
type Signer struct {
	key ed25519.PrivateKey
	id  string
}

// NewSigner makes a fresh key pair.
func NewSigner() (*Signer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &Signer{private, thumbprint(public)}, nil
}

// Sign returns the compact form of RFC 7515 §7.1 for a customer, good for Lifetime.
func (s *Signer) Sign(subject, name string, now time.Time) (string, error) {
	claims := Claims{Issuer, subject, Audience, name, "orders:write reviews:write", now.Unix(), now.Add(Lifetime).Unix()}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encoding claims: %w", err)
	}
	signed := encode([]byte(`{"alg":"EdDSA","typ":"JWT","kid":"`+s.id+`"}`)) + "." + encode(payload)
	return signed + "." + encode(ed25519.Sign(s.key, []byte(signed))), nil
}

// Verify returns the claims of a token that one of the keys signed, that is for this shop, and that has not expired.
func Verify(raw string, keys Set, now time.Time) (Claims, error) {
	var claims Claims
	part := strings.Split(raw, ".")
	if len(part) != 3 {
		return claims, errors.New("a token has three parts")
	}
	key, err := keyOf(part[0], keys)
	if err != nil {
		return claims, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil || !ed25519.Verify(key, []byte(part[0]+"."+part[1]), signature) {
		return claims, errors.New("the signature is not right")
	}
	if err := decode(part[1], &claims); err != nil {
		return claims, err
	}
	switch {
	case claims.Issuer != Issuer || claims.Audience != Audience:
		return claims, errors.New("the token is not from this shop or not for it")
	case now.Unix() >= claims.Expires:
		return claims, errors.New("the token has expired")
	}
	return claims, nil
}

var errUnknownKey = errors.New("no published key signed the token")

// keyOf takes no other algorithm: what the token says about itself must not choose how it is checked (RFC 8725 §3.1).
func keyOf(part string, keys Set) (ed25519.PublicKey, error) {
	var header struct{ Alg, Kid string }
	if err := decode(part, &header); err != nil {
		return nil, err
	}
	if header.Alg != "EdDSA" {
		return nil, errors.New("a token is signed with EdDSA")
	}
	key, known := keys[header.Kid]
	if !known {
		return nil, errUnknownKey
	}
	return key, nil
}

func encode(text []byte) string { return base64.RawURLEncoding.EncodeToString(text) }

func decode(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("reading the token: %w", err)
	}
	return nil
}
