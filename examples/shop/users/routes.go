package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func routes(users *store, signer *token.Signer) service.Routes {
	return service.Routes{
		"POST /users": func(w http.ResponseWriter, r *http.Request) error {
			var g registration
			if err := service.Read(w, r, &g); err != nil {
				return err
			}
			u, err := users.register(g)
			if err != nil {
				return err
			}
			return service.JSON(w, http.StatusCreated, u)
		},
		"POST /users/login": login(users, signer),
		"GET /users/me": func(w http.ResponseWriter, r *http.Request) error {
			claims, err := token.Verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), signer.Set(), time.Now())
			u, known := users.byID(claims.Subject)
			if err != nil || !known {
				w.Header().Set("WWW-Authenticate", "Bearer")
				return service.Refuse(http.StatusUnauthorized, "A bearer token is needed; POST /users/login returns one.")
			}
			return service.JSON(w, http.StatusOK, u)
		},
		"GET /.well-known/jwks.json": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, signer.Document())
		},
	}
}

// session answers a login, in the words of RFC 6749 §5.1.
type session struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
}

func login(users *store, signer *token.Signer) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var c struct{ Email, Password string }
		if err := service.Read(w, r, &c); err != nil {
			return err
		}
		u, err := users.login(c.Email, c.Password)
		if err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			return err
		}
		raw, err := signer.Sign(u.ID, u.Name, time.Now())
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store") // RFC 6749 §5.1
		return service.JSON(w, http.StatusOK, session{raw, "Bearer", int(token.Lifetime.Seconds())})
	}
}
