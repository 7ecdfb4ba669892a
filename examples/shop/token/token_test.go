package token

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func signer(t *testing.T) *Signer {
	t.Helper()
	s, err := NewSigner()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVerify(t *testing.T) {
	now := time.Now()
	ours, theirs := signer(t), signer(t)
	good, err := ours.Sign("7", "Ada", now)
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Split(good, ".")
	forged := encode([]byte(`{"iss":"` + Issuer + `","aud":"shop","sub":"1","exp":99999999999}`))
	for _, row := range []struct {
		says, raw string
		at        time.Time
		keys      Set
		wants     string
	}{
		{"a good token passes", good, now, ours.Set(), ""},
		{"and its last second too", good, now.Add(Lifetime - time.Second), ours.Set(), ""},
		{"it ends", good, now.Add(Lifetime), ours.Set(), "expired"},
		{"keys of somebody else", good, now, theirs.Set(), errUnknownKey.Error()},
		{"other claims under the same signature", part[0] + "." + forged + "." + part[2], now, ours.Set(), "signature"},
		{"no algorithm", encode([]byte(`{"alg":"none"}`)) + "." + forged + ".", now, ours.Set(), "EdDSA"},
		{"the public key as a shared secret", encode([]byte(`{"alg":"HS256","kid":"`+ours.id+`"}`)) + "." + forged + ".x", now, ours.Set(), "EdDSA"},
		{"no token", "x", now, ours.Set(), "three parts"},
	} {
		claims, err := Verify(row.raw, row.keys, row.at)
		switch {
		case row.wants == "" && (err != nil || claims.Subject != "7" || claims.Name != "Ada"):
			t.Errorf("%s: %v, %v", row.says, claims, err)
		case row.wants != "" && (err == nil || !strings.Contains(err.Error(), row.wants)):
			t.Errorf("%s: %v, not %q", row.says, err, row.wants)
		}
	}
}

// FuzzVerify looks for a text that passes without the key.
func FuzzVerify(f *testing.F) {
	s, err := NewSigner()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.b.c")
	f.Add(encode([]byte(`{"alg":"EdDSA","kid":"`+s.id+`"}`)) + ".e30.")
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := Verify(raw, s.Set(), time.Unix(0, 0)); err == nil {
			t.Errorf("%q passes", raw)
		}
	})
}

func TestKeysAreReadOnceAndAgainWhenTheyChange(t *testing.T) {
	current, reads := signer(t), 0
	users := httptest.NewServer(service.Routes{
		"GET /.well-known/jwks.json": func(w http.ResponseWriter, _ *http.Request) error {
			reads++
			return service.JSON(w, http.StatusOK, current.Document())
		},
	}.Handler())
	defer users.Close()
	keys := KeysOf(service.At("users", users.URL))
	check := func(says string, s *Signer, status, wantReads int) {
		t.Helper()
		raw, err := s.Sign("7", "Ada", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+raw)
		w := httptest.NewRecorder()
		claims, err := keys.Customer(w, r)
		var p *service.Problem
		switch {
		case status == 0 && (err != nil || claims.Subject != "7"):
			t.Errorf("%s: %v, %v", says, claims, err)
		case status != 0 && (!errors.As(err, &p) || p.Status != status || w.Header().Get("WWW-Authenticate") == ""):
			t.Errorf("%s: %v, not a challenge with %d", says, err, status)
		}
		if reads != wantReads {
			t.Errorf("%s: the keys were read %d times, not %d", says, reads, wantReads)
		}
	}
	check("the first token reads the keys", current, 0, 1)
	check("the second does not", current, 0, 1)
	check("a key that nobody published, too soon for another look", signer(t), 401, 1)
	keys.mu.read = time.Now().Add(-2 * patience)
	current = signer(t)
	check("the users service has a new key", current, 0, 2)

	var p *service.Problem
	if _, err := keys.Customer(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)); !errors.As(err, &p) || p.Status != 401 {
		t.Errorf("no token: %v", err)
	}
}
