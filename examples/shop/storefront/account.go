package main

import (
	"errors"
	"net/http"
	"strings"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

// The cookies: the cart's id and the customer's token.
const (
	cartCookie    = "cart"
	sessionCookie = "session"
)

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// keep sets a cookie that scripts do not see and that other sites' forms do not send; an age below 0 removes it.
func keep(w http.ResponseWriter, r *http.Request, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/shop", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.Header.Get("X-Forwarded-Proto") == "https",
	})
}

func bearer(r *http.Request) string { return "Bearer " + cookie(r, sessionCookie) }

func (f *front) customer(r *http.Request) (token.Claims, bool) {
	raw := cookie(r, sessionCookie)
	if raw == "" {
		return token.Claims{}, false
	}
	claims, err := f.keys.Check(r, raw)
	return claims, err == nil
}

func (f *front) account(r *http.Request, p *page) error {
	p.Title, p.Data = "Your account", map[string]string{"Next": local(r.URL.Query().Get("next"))}
	return nil
}

// local lets a form lead only to pages of the shop.
func local(next string) string {
	if strings.HasPrefix(next, "/shop/") {
		return next
	}
	return "/shop"
}

// enter answers a form that logs in; what is wrong with it is shown above it.
func (f *front) enter(act func(r *http.Request) (session, error)) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next := local(r.PostFormValue("next"))
		s, err := act(r)
		if problem := (*service.Problem)(nil); errors.As(err, &problem) && problem.Status < 500 {
			p := f.start(r)
			p.Title, p.Notice, p.Data = "Your account", problem.Detail, map[string]string{"Next": next, "Email": r.PostFormValue("email")}
			return render(w, problem.Status, "account.html", p)
		}
		if err != nil {
			return f.fail(w, r, err)
		}
		keep(w, r, sessionCookie, s.AccessToken, s.ExpiresIn)
		return see(w, next)
	}
}

type session struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
}

func (f *front) login(r *http.Request) (session, error) {
	var s session
	c := map[string]string{"email": r.PostFormValue("email"), "password": r.PostFormValue("password")}
	return s, f.users.Call(r, http.MethodPost, "/users/login", c, &s)
}

func (f *front) register(r *http.Request) (session, error) {
	g := map[string]string{"email": r.PostFormValue("email"), "password": r.PostFormValue("password"), "name": r.PostFormValue("name")}
	if err := f.users.Call(r, http.MethodPost, "/users", g, nil); err != nil {
		return session{}, err
	}
	return f.login(r)
}

func (f *front) logout(w http.ResponseWriter, r *http.Request) (string, error) {
	keep(w, r, sessionCookie, "", -1)
	return "/shop", nil
}
