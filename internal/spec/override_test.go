package spec

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

const overridden = `banyan: 1
app: shop
gateway: {listen: "127.0.0.1:8080", https: true}
services:
  pay: {run: ./pay, contract: openapi.yaml}
  orders: {run: ./orders}
  queue: {run: ./queue, expose: {protocol: tcp}, contract: openapi.yaml}
external:
  bank: {url: "https://bank.example", contract: openapi.yaml}
  mail: {url: "https://mail.example"}
`

func TestOverrides(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "openapi.yaml"), "openapi: 3.1.0\npaths: {}\n")
	loaded, found := Load(Options{File: write(t, filepath.Join(folder, fileName), overridden)})
	if found.Failed() {
		t.Fatal(found)
	}
	mock := graph.Replaced{Override: graph.Override{By: graph.ByMock}}
	for _, row := range []struct {
		says, given string
		want        graph.Replaced
		code        diag.Code
		error, hint string
	}{
		{"a URL", "pay=https://pay.example/v1", graph.Replaced{Override: graph.Override{By: graph.ByURL, URL: "https://pay.example/v1"}}, "", "", ""},
		{"a mock", "pay=mock", mock, "", "", ""},
		{"a mock of an external service", "bank=mock", mock, "", "", ""},
		{"a port", "orders=local:8081", graph.Replaced{Override: graph.Override{By: graph.ByProcess}, Attached: graph.Attached{Port: 8081}}, "", "", ""},
		{"a port of a service that speaks tcp", "queue=local:8081", graph.Replaced{Override: graph.Override{By: graph.ByProcess}, Attached: graph.Attached{Port: 8081}}, "", "", ""},
		{"nothing", "pay", graph.Replaced{}, diag.BadArgument, `"pay" is no override`, overrideHint},
		{"no such service", "pya=mock", graph.Replaced{}, diag.NoSuchService, `there is no service "pya" to override`, `did you mean "pay"?`},
		{"no contract", "orders=mock", graph.Replaced{}, diag.MissingKey, "orders cannot be mocked: it has no contract", "add to services.orders: contract: ./openapi.yaml"},
		{"no contract of an external service", "mail=mock", graph.Replaced{}, diag.MissingKey, "mail cannot be mocked: it has no contract", "add to external.mail: contract: ./openapi.yaml"},
		{"no HTTP", "queue=mock", graph.Replaced{}, diag.BadArgument, "queue speaks tcp, and a mock answers HTTP from an OpenAPI document", "write --override queue=local:PORT"},
		{"a URL of another protocol", "queue=http://x.example", graph.Replaced{}, diag.BadArgument, "queue speaks tcp, and a URL is of http", "write --override queue=local:PORT"},
		{"no URL", "pay=pay.example", graph.Replaced{}, diag.BadArgument, `pay cannot be overridden by "pay.example": "pay.example" is no URL of http or https`,
			"write scheme and host: https://bank.example, http://10.0.0.5:9000 or https://bank.example/api; " + overrideHint},
		{"no port", "pay=local:http", graph.Replaced{}, diag.BadArgument, `"http" is no port`, "write --override pay=local:8081, with a port from 1 to 65535"},
		{"the gateway's port of HTTPS", "pay=local:8443", graph.Replaced{}, diag.BadArgument, "port 8443 is the gateway's own", "let pay listen at another port"},
		{"the gateway's port in another form", "pay=local:08080", graph.Replaced{}, diag.BadArgument, "port 8080 is the gateway's own", "let pay listen at another port"},
		{"the gateway's port", "pay=local:8080", graph.Replaced{}, diag.BadArgument, "port 8080 is the gateway's own", "let pay listen at another port"},
	} {
		got, found := Override(loaded.App, []string{row.given})
		if row.error != "" {
			if len(found) != 1 || found[0].Message != row.error || found[0].Hint != row.hint || found[0].Code != row.code {
				t.Errorf("%s: %+v", row.says, found)
			}
			continue
		}
		for name, one := range got {
			if one != row.want || len(found) > 0 {
				t.Errorf("%s: %s is %+v, %v", row.says, name, one, found)
			}
		}
	}
	if _, found := Override(loaded.App, []string{"pay=mock", "pay=local:1", "x=mock"}); len(found) != 2 || found[0].Message != "pay is overridden twice" {
		t.Errorf("not all is said at once: %v", found)
	}
	next := loaded.App.With(map[string]graph.Replaced{"pay": mock, "gone": mock})
	pay, _ := next.Service("pay")
	before, _ := loaded.App.Service("pay")
	orders, _ := next.Service("orders")
	if pay.Runs() || pay.Contract.Text == "" || !before.Runs() || orders.Contract.Text != "" || next.Replaced("pay") != mock {
		t.Errorf("pay is %+v", pay)
	}
	if again := next.With(nil); !again.Services[1].Runs() || !reflect.DeepEqual(again.Edge, loaded.App.Edge) {
		t.Errorf("it is not undone: %+v", again.Services[1])
	}
}
