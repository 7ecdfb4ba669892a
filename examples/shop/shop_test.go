// Package shop tests the services together: real processes, real HTTP, no platform.
package shop

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

const (
	good     = "4242424242424242"
	declined = "4000000000000002"
	traceID  = "4bf92f3577b34da6a3ce929d0e0e4736"
)

func TestAPurchase(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and starts ten services")
	}
	f := launch(t)
	t.Run("by the API", f.byTheAPI)
	t.Run("by the pages", f.byThePages)
	t.Run("the trace is in every log on the way", func(t *testing.T) {
		for _, name := range []string{"users", "catalog", "carts", "orders", "inventory", "payments"} {
			m := f.members[name]
			m.mu.Lock()
			if !m.mu.traces[traceID] {
				t.Errorf("%s logs no line with the trace", name)
			}
			m.mu.Unlock()
		}
	})
}

// call sends JSON and returns the status and the answer's fields.
func (f *fleet) call(t *testing.T, token, service, method, path string, body any) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, f.members[service].url+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if path == "/orders" { // only this one: what others log of the trace, orders passed on
		request.Header.Set("Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var fields map[string]any
	if answer.StatusCode != http.StatusNoContent {
		err = json.NewDecoder(answer.Body).Decode(&fields)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer.StatusCode, fields
}

func (f *fleet) byTheAPI(t *testing.T) {
	type object = map[string]any
	must := func(want int) func(int, object) object {
		return func(got int, fields object) object {
			t.Helper()
			if got != want {
				t.Fatalf("answered %d, not %d: %v", got, want, fields)
			}
			return fields
		}
	}
	stock := func() any {
		return must(200)(f.call(t, "", "inventory", "GET", "/stock/stoneware-mug", nil))["available"]
	}
	must(201)(f.call(t, "", "users", "POST", "/users", object{"email": "ada@example.org", "name": "Ada", "password": "difference-engine"}))
	session := must(200)(f.call(t, "", "users", "POST", "/users/login", object{"email": "ada@example.org", "password": "difference-engine"}))
	token := session["access_token"].(string)
	found := must(200)(f.call(t, "", "catalog", "GET", "/products?q=stoneware", nil))["items"].([]any)
	sku := found[0].(object)["sku"].(string)
	cart := must(201)(f.call(t, "", "carts", "POST", "/carts", nil))["id"].(string)
	must(200)(f.call(t, "", "carts", "PUT", "/carts/"+cart+"/items/"+sku, object{"quantity": 2}))

	must(401)(f.call(t, "", "orders", "POST", "/orders", object{"cartId": cart, "card": good}))
	must(402)(f.call(t, token, "orders", "POST", "/orders", object{"cartId": cart, "card": declined}))
	if left := stock(); left != 400.0 {
		t.Errorf("after a declined card %v mugs are left, not 400: the reservation was not released", left)
	}
	if state := must(200)(f.call(t, token, "orders", "GET", "/orders", nil))["items"].([]any)[0].(object)["status"]; state != "declined" {
		t.Errorf("the order is %v", state)
	}

	bought := must(201)(f.call(t, token, "orders", "POST", "/orders", object{"cartId": cart, "card": good}))
	id := bought["id"].(string)
	if bought["totalCents"] != 3700.0 || bought["status"] != "paid" {
		t.Errorf("bought is %v", bought)
	}
	if left := stock(); left != 398.0 {
		t.Errorf("after two were sold %v mugs are left, not 398", left)
	}
	if charge := must(200)(f.call(t, "", "payments", "GET", "/charges/"+id, nil)); charge["amountCents"] != 3700.0 || charge["status"] != "captured" {
		t.Errorf("charged is %v", charge)
	}
	must(404)(f.call(t, "", "carts", "GET", "/carts/"+cart, nil))
	must(409)(f.call(t, token, "orders", "POST", "/orders", object{"cartId": cart, "card": good}))
	must(201)(f.call(t, token, "reviews", "POST", "/reviews", object{"sku": sku, "stars": 5, "text": "As described."}))
	others := must(200)(f.call(t, "", "recommendations", "GET", "/recommendations?sku="+sku, nil))["items"].([]any)
	if first := others[0].(object); first["sku"] != "pour-over-set" || first["reason"] != "often bought together" {
		t.Errorf("recommended first is %v", first)
	}
}

func (f *fleet) byThePages(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser, front := &http.Client{Jar: jar}, f.members["storefront"].url
	visit := func(says string, form url.Values, path string, status int, shows string) string {
		t.Helper()
		answer, err := browser.Get(front + path)
		if form != nil {
			answer, err = browser.PostForm(front+path, form)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != status || !strings.Contains(string(text), shows) {
			t.Fatalf("%s: answered %d, not %d, or without %q (%v):\n%s", says, answer.StatusCode, status, shows, err, text)
		}
		return answer.Request.URL.Path
	}
	visit("the front page", nil, "/", 200, "Stoneware mug")
	visit("a search", nil, "/shop?q=trees", 200, "A field guide to trees")
	visit("a product with its reviews", nil, "/shop/products/field-guide-trees", 200, "The chapter on figs")
	visit("sold out", nil, "/shop/products/walnut-tray", 200, "Sold out")
	visit("into the cart", url.Values{"sku": {"field-guide-trees"}, "quantity": {"3"}}, "/shop/cart", 200, "€72.00")
	visit("fewer", url.Values{"quantity": {"2"}}, "/shop/cart/field-guide-trees", 200, "€48.00")
	if at := visit("a checkout needs a login", nil, "/shop/checkout", 200, "New here"); at != "/shop/account" {
		t.Errorf("the checkout led to %s", at)
	}
	grace := url.Values{"name": {"Grace"}, "email": {"grace@example.org"}, "password": {"a-compiler"}, "next": {"/shop/checkout"}}
	visit("registered, and back at the checkout", grace, "/shop/register", 200, "Pay €48.00")
	visit("the card is declined", url.Values{"card": {declined}}, "/shop/checkout", 402, "The card was declined.")
	if at := visit("the next is not", url.Values{"card": {good}}, "/shop/checkout", 200, "Thank you"); !strings.HasPrefix(at, "/shop/orders/") {
		t.Errorf("the order led to %s", at)
	}
	visit("both orders are listed", nil, "/shop/orders", 200, "declined")
	visit("the cart is empty", nil, "/shop/cart", 200, "It is empty.")
}
