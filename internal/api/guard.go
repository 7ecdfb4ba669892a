package api

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// NewToken makes the secret of one run: 128 bits.
func NewToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// Local lets a request pass that names this loopback listener in Host and, where a browser tells one, in Origin: a page of
// another origin, or of a name that was rebound to 127.0.0.1, is refused.
func Local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		port := ""
		if at, known := r.Context().Value(http.LocalAddrContextKey).(net.Addr); known {
			_, port, _ = net.SplitHostPort(at.String())
		}
		if !loopback(r.Host, port) {
			refuse(w, problem.New(diag.ForeignOrigin, "Host %q is not this listener.", r.Host))
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			from, err := url.Parse(origin)
			if err != nil || from.Scheme != "http" || !loopback(from.Host, port) {
				refuse(w, problem.New(diag.ForeignOrigin, "Origin %q may not read this API.", origin))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(host, port string) bool {
	name, p, err := net.SplitHostPort(host)
	if err != nil {
		return false
	}
	return (name == "127.0.0.1" || name == "localhost" || name == "::1") && p == port
}

// Bearer lets a request pass that carries the token (RFC 6750 §2.1). Cookies are not looked at: they ignore ports.
func Bearer(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		got := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="banyan"`)
			refuse(w, problem.New(diag.Unauthorized, "The API on loopback needs the token of this run."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
