package spec

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestNoErrorRepeatsASecretOfTheEnvironment(t *testing.T) {
	const text = `banyan: 1
app: shop
services:
  orders:
    run: ./orders
    env: {A: "${timestamp(env.DB_PASSWORD)}", B: "${\"a\".matches(env.DB_PASSWORD)}", C: "${{\"a\": 1}[env.DB_PASSWORD]}", D: "${timestamp(env.REGION)}"}
environments:
  local:
    services: {orders: {grace: "${env.DB_PASSWORD}", health: "${env.DATABASE_URL}"}}
`
	_, found := Load(Options{
		File:    write(t, filepath.Join(t.TempDir(), fileName), text),
		Environ: []string{"DB_PASSWORD=hunter22(\"", "DATABASE_URL=postgres://shop:hunter22@db/shop", "REGION=europe-west", "API_TOKEN=x"},
	})
	if len(found) != 6 {
		t.Fatalf("%d errors, not one for each value: %v", len(found), found)
	}
	region := 0
	for _, d := range found {
		if strings.Contains(d.Message+d.Hint, "hunter22") {
			t.Errorf("the secret is repeated: %s (%s)", d.Message, d.Hint)
		}
		if strings.Contains(d.Message, "europe-west") {
			region++
		}
	}
	if region != 1 {
		t.Error("what is no secret is not shown")
	}
}
