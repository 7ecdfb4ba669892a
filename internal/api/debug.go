package api

import (
	"context"
	"net/http"
)

// Debug says how a service is to be debugged.
type Debug struct {
	// Language is go, node, python or java; empty is what is recognised. Port is 0 for the service's own.
	Language string `json:"language,omitempty" doc:"go, node, python or java; what is recognised when it is not given."`
	Port     int    `json:"port,omitempty" doc:"Port on 127.0.0.1; the service's own when it is not given."`
	Wait     bool   `json:"wait,omitempty" doc:"The process begins only once a debugger attached."`
}

// Debugging is a service under its debugger.
type Debugging struct {
	Service  string `json:"service" doc:"Name of the service."`
	Language string `json:"language" doc:"go, node, python or java."`
	Address  string `json:"address" doc:"host:port at which a debugger attaches."`
	Port     int    `json:"port" doc:"The port of it."`
	Wait     bool   `json:"wait,omitempty" doc:"The process begins only once a debugger attached."`
}

func (s server) debug(r *http.Request) (any, error) {
	var d Debug
	if err := read(r, &d); err != nil {
		return nil, err
	}
	return s.Debuggers.Debug(r.Context(), r.PathValue("service"), d)
}

// Debug keeps one instance of a service under its debugger.
func (c *Client) Debug(ctx context.Context, service string, d Debug) (Debugging, error) {
	return do[Debugging](ctx, c, request{id: "debug", path: map[string]string{"service": service}, in: d})
}

// Undebug runs a service without its debugger again.
func (c *Client) Undebug(ctx context.Context, service string) error {
	_, err := do[none](ctx, c, request{id: "undebug", path: map[string]string{"service": service}})
	return err
}
