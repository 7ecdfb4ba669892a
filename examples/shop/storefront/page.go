package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
)

//go:embed templates
var templates embed.FS

//go:embed static/style.css
var css []byte

var pages = template.Must(template.New("").Funcs(template.FuncMap{"money": money, "stars": stars, "day": day}).ParseFS(templates, "templates/*.html"))

// page is what every template gets.
type page struct {
	Title string
	// Customer is empty for one who is not logged in; Count is how many pieces are in the cart.
	Customer string
	Count    int
	// Notice is what went wrong with the form that was sent; Query is what was searched.
	Notice, Query string
	Data          any
}

// page answers a GET with a template; maker fills in title and data.
func (f *front) page(name string, maker func(r *http.Request, p *page) error) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := f.start(r)
		if err := maker(r, &p); err != nil {
			return f.fail(w, r, err)
		}
		return render(w, http.StatusOK, name, p)
	}
}

// action answers a POST: it does something and says where to go then.
func (f *front) action(act func(w http.ResponseWriter, r *http.Request) (string, error)) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next, err := act(w, r)
		if err != nil {
			return f.fail(w, r, err)
		}
		return see(w, next)
	}
}

func (f *front) start(r *http.Request) page {
	p := page{Query: r.URL.Query().Get("q")}
	if claims, known := f.customer(r); known {
		p.Customer = claims.Name
	}
	for _, l := range f.basket(r).Items {
		p.Count += l.Quantity
	}
	return p
}

// fail shows a problem as a page; one who has to log in is led there.
func (f *front) fail(w http.ResponseWriter, r *http.Request, err error) error {
	problem := service.Refuse(http.StatusInternalServerError, "Something went wrong on our side.")
	switch {
	case !errors.As(err, &problem):
		service.Log(r).Error("showing "+r.URL.Path, "error", err.Error())
	case problem.Status == http.StatusUnauthorized:
		next := r.URL.Path
		if r.Method != http.MethodGet {
			next = "/shop"
		}
		return see(w, "/shop/account?next="+url.QueryEscape(next))
	case problem.Status >= 500:
		service.Log(r).Error("showing "+r.URL.Path, "error", problem.Error())
		problem = service.Refuse(problem.Status, "A part of the shop does not answer at the moment. Please try again.")
	}
	p := f.start(r)
	p.Title, p.Notice = problem.Title, problem.Detail
	return render(w, problem.Status, "problem.html", p)
}

// render makes the whole page before it sends the first byte.
func render(w http.ResponseWriter, status int, name string, p page) error {
	var text bytes.Buffer
	if err := pages.ExecuteTemplate(&text, name, p); err != nil {
		return fmt.Errorf("making %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store") // a page shows who is logged in
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // a browser that has left needs no answer
	return nil
}

func style(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(css)
	return nil
}

func money(cents int, currency string) string {
	sign, known := map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}[currency]
	if !known {
		sign = currency + " "
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// stars is a rating as people know it; n beyond 0 to 5 is cut.
func stars(n int) string {
	n = min(max(n, 0), 5)
	return strings.Repeat("★", n) + strings.Repeat("☆", 5-n)
}

func day(t time.Time) string { return t.Format("2 January 2006") }
