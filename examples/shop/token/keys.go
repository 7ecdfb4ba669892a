package token

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// patience lies between two readings of the key set at least, so that made-up key ids cannot flood the users service.
const patience = time.Second

// Keys are the published keys of the users service, read when a token names one that is not known yet. It may be used by
// many at once.
type Keys struct {
	users service.Peer
	mu    struct {
		sync.Mutex
		set  Set
		read time.Time
	}
}

// KeysOf reads the keys of a users service.
func KeysOf(users service.Peer) *Keys { return &Keys{users: users} }

// Customer checks the request's bearer token (RFC 6750 §2.1); without a good one the error is a problem with 401.
func (k *Keys) Customer(w http.ResponseWriter, r *http.Request) (Claims, error) {
	raw, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !is {
		w.Header().Set("WWW-Authenticate", "Bearer")
		return Claims{}, service.Refuse(http.StatusUnauthorized, "A bearer token is needed; POST /users/login returns one.")
	}
	claims, err := k.Check(r, raw)
	if p := (*service.Problem)(nil); errors.As(err, &p) && p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	return claims, err
}

// Check verifies a token on behalf of r: a problem with 401 when it is not good, another when the keys cannot be read.
func (k *Keys) Check(r *http.Request, raw string) (Claims, error) {
	set, age := k.known()
	claims, err := Verify(raw, set, time.Now())
	if errors.Is(err, errUnknownKey) && age > patience {
		if set, err = k.fetch(r); err != nil {
			return claims, err
		}
		claims, err = Verify(raw, set, time.Now())
	}
	if err != nil {
		return claims, service.Refuse(http.StatusUnauthorized, "The token is not accepted: "+err.Error()+".")
	}
	return claims, nil
}

func (k *Keys) known() (Set, time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mu.set, time.Since(k.mu.read)
}

func (k *Keys) fetch(r *http.Request) (Set, error) {
	var document Document
	if err := k.users.Call(r, http.MethodGet, "/.well-known/jwks.json", nil, &document); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mu.set, k.mu.read = document.Set(), time.Now()
	return k.mu.set, nil
}
