package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// Replaced is who answers in a service's place, or beside it.
type Replaced struct {
	// Override is a URL, mock, or local; empty where the service's own instances run.
	Override string `json:"override,omitempty" doc:"A URL, mock, or local; empty where its own instances run."`
	// Port is that of the attached process, 0 where there is none; Header the field that its requests carry, empty for all.
	Port   int    `json:"port,omitempty" doc:"The attached process's port."`
	Header string `json:"header,omitempty" doc:"The field that requests for it carry; empty is all."`
	// Reason says why the attached process gets none at present.
	Reason string `json:"reason,omitempty" doc:"Why it gets none at present."`
	Undo   string `json:"undo" doc:"The command that gives the service back."`
}

// String says who answers, in a few words.
func (r *Replaced) String() string {
	switch {
	case r == nil:
		return ""
	case r.Port == 0 && r.Override == "mock":
		return "mocked"
	case r.Port == 0:
		return "overridden by " + r.Override
	case r.Header != "":
		return "attached to port " + strconv.Itoa(r.Port) + " for " + r.Header
	}
	return "attached to port " + strconv.Itoa(r.Port)
}

// Elsewhere tells whether Banyan runs no instance of the service.
func (s Service) Elsewhere() bool {
	return s.External || s.Replaced != nil && s.Replaced.Override != ""
}

// Attachment is a process that is to get a service's requests.
type Attachment struct {
	Port   int    `json:"port" doc:"Where it listens on 127.0.0.1."`
	Header string `json:"header,omitempty" doc:"Only requests with this field, as X-Dev: me; empty is all."`
}

// Export says for which process an environment is.
type Export struct {
	Port int  `json:"port,omitempty" doc:"Where it will listen; that of the attached process when it is 0."`
	All  bool `json:"all,omitempty" doc:"With the environment of banyan up."`
	// Command says that it is no instance and listens on nothing.
	Command bool `json:"command,omitempty" doc:"For a command beside the service: with the environment of banyan up, and without a port."`
}

// Exported is what a process of a service is started with, as it is: it is told at the control socket only.
type Exported struct {
	Dir       string     `json:"dir" doc:"The absolute folder of the service."`
	Variables []Variable `json:"variables" doc:"Its environment, secrets included."`
	// Absent are the resources that it uses and that are not ready.
	Absent []string `json:"absent,omitempty" doc:"Resources that are not ready."`
}

func (s server) attach(r *http.Request) (any, error) {
	var wish Attachment
	if err := read(r, &wish); err != nil {
		return nil, err
	}
	return s.Replacing.Attach(r.Context(), r.PathValue("service"), wish)
}

func (s server) export(r *http.Request) (any, error) {
	var wish Export
	if err := read(r, &wish); err != nil {
		return nil, err
	}
	return s.Replacing.Export(r.Context(), r.PathValue("service"), wish)
}

// Withheld answers all but what is for the control socket only.
func Withheld(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	for _, op := range operations {
		if op.Socket {
			mux.HandleFunc(op.Path, func(w http.ResponseWriter, r *http.Request) {
				cause := problem.New(diag.BadArgument, "%s is answered at the control socket only.", r.URL.Path)
				cause.Status = http.StatusForbidden
				refuse(w, cause)
			})
		}
	}
	return mux
}

// Attach sends requests to a process that somebody else runs, and returns the service as it is then.
func (c *Client) Attach(ctx context.Context, service string, wish Attachment) (Service, error) {
	return do[Service](ctx, c, request{id: "attach", path: map[string]string{"service": service}, in: wish})
}

// Detach gives a service back to its own instances.
func (c *Client) Detach(ctx context.Context, service string) (Service, error) {
	return do[Service](ctx, c, request{id: "detach", path: map[string]string{"service": service}})
}

// Export is the environment for a process beside Banyan, secrets included.
func (c *Client) Export(ctx context.Context, service string, wish Export) (Exported, error) {
	return do[Exported](ctx, c, request{id: "export", path: map[string]string{"service": service}, in: wish})
}
