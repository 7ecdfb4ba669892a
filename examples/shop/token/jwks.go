package token

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
)

// Set is public keys by their id.
type Set map[string]ed25519.PublicKey

// Document is a JSON Web Key Set (RFC 7517 §5).
type Document struct {
	Keys []Key `json:"keys"`
}

// Key is a public Ed25519 key (RFC 8037 §2).
type Key struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// Set is what the signer's tokens are checked with.
func (s *Signer) Set() Set { return Set{s.id: s.public()} }

// Document is the same for others to read.
func (s *Signer) Document() Document {
	return Document{[]Key{{"OKP", "Ed25519", encode(s.public()), s.id, "sig", "EdDSA"}}}
}

func (s *Signer) public() ed25519.PublicKey { return ed25519.PublicKey(s.key[ed25519.SeedSize:]) }

// Set leaves out what is no Ed25519 key: a set may hold keys for other uses.
func (d Document) Set() Set {
	set := Set{}
	for _, k := range d.Keys {
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		if err == nil && k.Type == "OKP" && k.Curve == "Ed25519" && len(x) == ed25519.PublicKeySize {
			set[k.ID] = x
		}
	}
	return set
}

// thumbprint names a key by its own content (RFC 7638, RFC 8037 appendix A.3).
func thumbprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + encode(key) + `"}`))
	return encode(sum[:])
}
