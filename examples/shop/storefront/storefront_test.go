package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
)

func TestContract(t *testing.T) {
	f, cookies := start(t)
	ada := map[string]string{"Cookie": cookies}
	const login, register, add, change, pay = "POST /shop/login", "POST /shop/register", "POST /shop/cart", "POST /shop/cart/{sku}", "POST /shop/checkout"
	contract.Check(t, routes(f), []contract.Case{
		{Name: "home", Operation: "GET /", Path: "/", Status: 303},
		{Name: "the front page with a slash more", Operation: "GET /shop/", Path: "/shop/", Status: 303},
		{Name: "the front page", Operation: "GET /shop", Path: "/shop", Status: 200},
		{Name: "a search", Operation: "GET /shop", Path: "/shop?q=mug", Status: 200},
		{Name: "nothing found", Operation: "GET /shop", Path: "/shop?q=submarine", Status: 200},
		{Name: "a category", Operation: "GET /shop", Path: "/shop?category=kitchen", Status: 200},
		{Name: "a product", Operation: "GET /shop/products/{sku}", Path: "/shop/products/mug", Status: 200},
		{Name: "what is not sold", Operation: "GET /shop/products/{sku}", Path: "/shop/products/submarine", Status: 404},
		{Name: "a review", Operation: "POST /shop/products/{sku}/reviews", Path: "/shop/products/mug/reviews", Header: ada, Body: "stars=5&text=Round", Status: 303},
		{Name: "a review of nobody", Operation: "POST /shop/products/{sku}/reviews", Path: "/shop/products/mug/reviews", Body: "stars=5&text=Round", Status: 303},
		{Name: "no cart yet", Operation: "GET /shop/cart", Path: "/shop/cart", Status: 200},
		{Name: "the first product makes one", Operation: add, Path: "/shop/cart", Body: "sku=mug&quantity=1", Status: 303},
		{Name: "the second does not", Operation: add, Path: "/shop/cart", Header: ada, Body: "sku=mug&quantity=1", Status: 303},
		{Name: "a quantity that is none", Operation: add, Path: "/shop/cart", Body: "sku=mug&quantity=x", Status: 422},
		{Name: "another quantity", Operation: change, Path: "/shop/cart/mug", Header: ada, Body: "quantity=3", Status: 303},
		{Name: "none", Operation: change, Path: "/shop/cart/mug", Header: ada, Body: "quantity=0", Status: 303},
		{Name: "where there is no cart", Operation: change, Path: "/shop/cart/mug", Body: "quantity=3", Status: 404},
		{Name: "fewer than none", Operation: change, Path: "/shop/cart/mug", Header: ada, Body: "quantity=-1", Status: 422},
		{Name: "checkout", Operation: "GET /shop/checkout", Path: "/shop/checkout", Header: ada, Status: 200},
		{Name: "checkout of nobody", Operation: "GET /shop/checkout", Path: "/shop/checkout", Status: 303},
		{Name: "bought", Operation: pay, Path: "/shop/checkout", Header: ada, Body: "card=good", Status: 303},
		{Name: "declined", Operation: pay, Path: "/shop/checkout", Header: ada, Body: "card=declined", Status: 402},
		{Name: "bought by nobody", Operation: pay, Path: "/shop/checkout", Body: "card=good", Status: 303},
		{Name: "my orders", Operation: "GET /shop/orders", Path: "/shop/orders", Header: ada, Status: 200},
		{Name: "nobody's orders", Operation: "GET /shop/orders", Path: "/shop/orders", Status: 303},
		{Name: "an order", Operation: "GET /shop/orders/{id}", Path: "/shop/orders/o1", Header: ada, Status: 200},
		{Name: "somebody else's", Operation: "GET /shop/orders/{id}", Path: "/shop/orders/o2", Header: ada, Status: 404},
		{Name: "the forms", Operation: "GET /shop/account", Path: "/shop/account", Status: 200},
		{Name: "who is logged in", Operation: "GET /shop/account", Path: "/shop/account", Header: ada, Status: 200},
		{Name: "a login", Operation: login, Path: "/shop/login", Body: "email=a@example.org&password=difference-engine", Status: 303},
		{Name: "a wrong password", Operation: login, Path: "/shop/login", Body: "email=a@example.org&password=x", Status: 401},
		{Name: "a registration", Operation: register, Path: "/shop/register", Body: "email=a@example.org&name=Ada&password=difference-engine", Status: 303},
		{Name: "a logout", Operation: "POST /shop/logout", Path: "/shop/logout", Header: ada, Status: 303},
		{Name: "the style", Operation: "GET /shop/style.css", Path: "/shop/style.css", Status: 200},
	})
}

func get(f *front, method, path, cookies, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", cookies)
	w := httptest.NewRecorder()
	routes(f).Handler().ServeHTTP(w, r)
	return w
}

func TestPagesShow(t *testing.T) {
	all, ada := start(t)
	bare, _ := start(t, "inventory", "reviews", "recommendations", "carts", "users")
	broken, _ := start(t, "catalog")
	for _, row := range []struct {
		says  string
		front *front
		path  string
		code  int
		shows []string
		hides []string
	}{
		{"what is for sale, escaped", all, "/shop", 200, []string{"A &lt;b&gt;mug", "€18.50", "Cart <b>2</b>", "Ada"}, []string{"<b>mug"}},
		{"what was searched", all, "/shop?q=%3Cscript%3E", 200, []string{`value="&lt;script&gt;"`}, []string{"<script"}},
		{"a product with all that is known", all, "/shop/products/mug", 200, []string{"Only 3 left", "Round.", "★★★★☆", "also in desk", "Write one"}, nil},
		{"a product when only the catalog answers", bare, "/shop/products/mug", 200,
			[]string{"Put into the cart", "Reviews cannot be shown"}, []string{"left", "You may also like", "Nobody has written"}},
		{"no catalog, said plainly and without its address", broken, "/shop", 502, []string{"does not answer at the moment"}, []string{"CATALOG_URL"}},
		{"an order", all, "/shop/orders/o1", 200, []string{"Thank you", "€37.00", "1 January 1970"}, nil},
		{"the way back from the login", all, "/shop/account?next=//evil.example", 200, nil, []string{"evil"}},
	} {
		w := get(row.front, "GET", row.path, ada, "")
		text := w.Body.String()
		if w.Code != row.code || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			t.Errorf("%s: answered %d, whole page: %t", row.says, w.Code, strings.HasSuffix(strings.TrimSpace(text), "</html>"))
		}
		for _, part := range row.shows {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is not shown", row.says, part)
			}
		}
		for _, part := range row.hides {
			if strings.Contains(text, part) {
				t.Errorf("%s: %q is shown", row.says, part)
			}
		}
	}
}

func TestWhereFormsLead(t *testing.T) {
	f, ada := start(t)
	for _, row := range []struct {
		says, path, cookies, form, location, cookie string
	}{
		{"a login leads to where one came from", "/shop/login", "", "password=difference-engine&next=/shop/checkout", "/shop/checkout", "session="},
		{"and never to another site", "/shop/login", "", "password=difference-engine&next=//evil.example", "/shop", "session="},
		{"an order ends the cart", "/shop/checkout", ada, "card=good", "/shop/orders/o1", "cart=; Path=/shop; Max-Age=0"},
		{"the first product makes a cart", "/shop/cart", "", "sku=mug&quantity=1", "/shop/cart", "cart=full; Path=/shop; Max-Age=2592000; HttpOnly; SameSite=Lax"},
		{"nobody has to log in to order", "/shop/checkout", "", "card=good", "/shop/account?next=%2Fshop", ""},
		{"a logout ends the session", "/shop/logout", ada, "", "/shop", "session=; Path=/shop; Max-Age=0"},
	} {
		w := get(f, http.MethodPost, row.path, row.cookies, row.form)
		if w.Header().Get("Location") != row.location || !strings.HasPrefix(w.Header().Get("Set-Cookie"), row.cookie) {
			t.Errorf("%s: to %q with %q", row.says, w.Header().Get("Location"), w.Header().Get("Set-Cookie"))
		}
	}
	bare, _ := start(t, "carts")
	if w := get(bare, http.MethodPost, "/shop/cart/mug", "", "quantity=1"); w.Code != http.StatusNotFound {
		t.Errorf("a change of a cart that nobody has is answered %d: carts must not be asked for it", w.Code)
	}
	if w := get(f, http.MethodPost, "/shop/checkout", ada, "card=declined"); !strings.Contains(w.Body.String(), "The card was declined.") {
		t.Error("a declined card is not explained above the form")
	}
}

func TestStars(t *testing.T) {
	for n, want := range map[int]string{-1: "☆☆☆☆☆", 3: "★★★☆☆", 9: "★★★★★"} {
		if got := stars(n); got != want {
			t.Errorf("%d stars are %s", n, got)
		}
	}
	for _, row := range []struct {
		reviews []review
		want    int
	}{{nil, 0}, {[]review{{Stars: 5}, {Stars: 4}}, 5}, {[]review{{Stars: 5}, {Stars: 3}, {Stars: 5}}, 4}} {
		if got := average(row.reviews); got != row.want {
			t.Errorf("the average of %v is %d, not %d", row.reviews, got, row.want)
		}
	}
	if got := money(105, "CHF"); got != "CHF 1.05" {
		t.Errorf("1.05 francs are %s", got)
	}
}
