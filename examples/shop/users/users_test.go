package main

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func TestContract(t *testing.T) {
	signer, err := token.NewSigner()
	if err != nil {
		t.Fatal(err)
	}
	users := newStore(10)
	grace, err := users.register(registration{"grace@example.org", "Grace", "a-compiler"})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := signer.Sign(grace.ID, grace.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const register, login, me = "POST /users", "POST /users/login", "GET /users/me"
	contract.Check(t, routes(users, signer), []contract.Case{
		{Name: "a customer registers", Operation: register, Path: "/users", Status: 201,
			Body: `{"email": "Ada@Example.org", "name": "Ada", "password": "difference-engine"}`},
		{Name: "the same address in other letters", Operation: register, Path: "/users", Status: 409,
			Body: `{"email": "ada@example.org", "name": "Ada", "password": "difference-engine"}`},
		{Name: "a short password", Operation: register, Path: "/users", Status: 422, Body: `{"email": "b@example.org", "name": "B", "password": "short"}`},
		{Name: "an address that is none", Operation: register, Path: "/users", Status: 422, Body: `{"email": "b", "name": "B", "password": "long-enough"}`},
		{Name: "no name", Operation: register, Path: "/users", Status: 422, Body: `{"email": "b@example.org", "name": " ", "password": "long-enough"}`},
		{Name: "a field that is not there", Operation: register, Path: "/users", Status: 400, Body: `{"mail": "b@example.org"}`},
		{Name: "she logs in", Operation: login, Path: "/users/login", Status: 200, Body: `{"email": "ada@example.org", "password": "difference-engine"}`},
		{Name: "with the wrong password", Operation: login, Path: "/users/login", Status: 401, Body: `{"email": "ada@example.org", "password": "x"}`},
		{Name: "as nobody", Operation: login, Path: "/users/login", Status: 401, Body: `{"email": "nobody@example.org", "password": ""}`},
		{Name: "no JSON", Operation: login, Path: "/users/login", Status: 400, Body: `{`},
		{Name: "who am I", Operation: me, Path: "/users/me", Status: 200, Header: map[string]string{"Authorization": "Bearer " + raw}},
		{Name: "nobody", Operation: me, Path: "/users/me", Status: 401},
		{Name: "a token with a letter more", Operation: me, Path: "/users/me", Status: 401, Header: map[string]string{"Authorization": "Bearer " + raw + "x"}},
		{Name: "the keys are published", Operation: "GET /.well-known/jwks.json", Path: "/.well-known/jwks.json", Status: 200},
	})
}

func TestPasswords(t *testing.T) {
	one, err := hashed("difference-engine", 10)
	if err != nil {
		t.Fatal(err)
	}
	two, err := hashed("difference-engine", 10)
	if err != nil {
		t.Fatal(err)
	}
	if string(one.hash) == string(two.hash) {
		t.Error("two customers with one password have one hash: the salt is missing")
	}
	if !one.is("difference-engine") || one.is("difference-engin") || one.is("") {
		t.Error("a password is confused with another")
	}
}
