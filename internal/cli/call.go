package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// callOptions are the flags of call.
type callOptions struct {
	data    string
	headers []string
	include bool
}

func (s *shell) callCommand() *cobra.Command {
	var o callOptions
	cmd := &cobra.Command{
		Use: "call <service> <METHOD path>", Short: "Send a request to a service through the mesh, as the operator",
		Long: "Send one request to a service through the mesh, as the operator, and print the body of the answer. The trace id goes to the standard\n" +
			"error. Exits 0 for an answer below 400 and 1 for one of 400 or above. -o json has the body as text where it is UTF-8 and as base64,\n" +
			"in body, where it is not, and the duration in seconds.",
		Example:           "  banyan call catalog GET /products\n  banyan call orders POST /orders -d '{\"sku\":\"oak-1\"}'\n  banyan call catalog /products -i",
		Args:              takes(2, 3, "a service, a method and a path"),
		ValidArgsFunction: s.completeCall,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.call(cmd.Context(), o, args) },
	}
	cmd.Flags().StringVarP(&o.data, "data", "d", "", "body to send; @file reads it from a file, @- from the standard input")
	cmd.Flags().StringArrayVarP(&o.headers, "header", "H", nil, "field to send, as \"Name: value\"; may be given several times")
	cmd.Flags().BoolVarP(&o.include, "include", "i", false, "print the status and the fields of the answer first")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) completeCall(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(given) == 1 {
		return methods, cobra.ShellCompDirectiveNoFileComp
	}
	return s.oneService(cmd, given, begun)
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

func (s *shell) call(ctx context.Context, o callOptions, args []string) error {
	request, err := s.request(o, args)
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	if _, err := s.there(ctx, client, request.Service); err != nil {
		return err
	}
	answer, err := client.Call(ctx, request)
	if err != nil {
		return s.running(err)
	}
	if err := s.list(answer, func() { s.answer(o, answer) }); err != nil {
		return err
	}
	if answer.Status >= http.StatusBadRequest {
		return silently(exitFailed)
	}
	return nil
}

// request reads `service METHOD path`, `service path`, and `service "METHOD path"`.
func (s *shell) request(o callOptions, args []string) (api.Call, error) {
	words := strings.Fields(strings.Join(args[1:], " "))
	c := api.Call{Service: args[0], Method: http.MethodGet, Header: http.Header{}}
	if o.data != "" {
		c.Method = http.MethodPost
	}
	if len(words) == 2 {
		c.Method, words = strings.ToUpper(words[0]), words[1:]
	}
	if len(words) != 1 || !strings.HasPrefix(words[0], "/") {
		return c, misuse(diag.At(diag.Position{}, diag.BadArgument, "%q is no path: it begins with /", strings.Join(words, " ")).
			WithHint("for example: banyan call %s GET /healthz", c.Service))
	}
	c.Path = words[0]
	for _, h := range o.headers {
		name, value, found := strings.Cut(h, ":")
		if !found || name == "" {
			return c, misuse(diag.At(diag.Position{}, diag.BadArgument, "-H takes \"Name: value\", not %q", h))
		}
		key := http.CanonicalHeaderKey(strings.TrimSpace(name))
		c.Header[key] = append(c.Header[key], strings.TrimSpace(value))
	}
	var err error
	c.Body, err = s.body(o.data)
	if len(c.Body) > 0 && c.Header["Content-Type"] == nil && strings.HasPrefix(strings.TrimSpace(string(c.Body)), "{") {
		c.Header["Content-Type"] = []string{"application/json"}
	}
	return c, err
}

func (s *shell) body(data string) ([]byte, error) {
	path, file := strings.CutPrefix(data, "@")
	switch {
	case !file:
		return []byte(data), nil
	case path == "-":
		body, err := io.ReadAll(s.In)
		if err != nil {
			return nil, fmt.Errorf("reading the body from the standard input: %w", err)
		}
		return body, nil
	case !filepath.IsAbs(path):
		path = filepath.Join(s.Dir, path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	return body, nil
}

func (s *shell) answer(o callOptions, a api.Answer) {
	if o.include {
		s.printf("%d %s\n", a.Status, http.StatusText(a.Status))
		for _, name := range fields(a.Header) {
			for _, value := range a.Header[name] {
				s.printf("%s: %s\n", s.paint(terminal.Dim, name), value)
			}
		}
		s.printf("\n")
	}
	body := a.Content()
	_, _ = s.Out.Write(body) // a reader that left needs no more
	// Where people read, what follows must not stick to the body; a pipe gets the body as it is.
	if (s.Screen.Width > 0 || o.include) && len(body) > 0 && body[len(body)-1] != '\n' {
		s.printf("\n")
	}
	if a.Cut {
		fmt.Fprintln(s.Err, "the body was longer than 8 MiB and is cut here")
	}
	if !s.quiet {
		fmt.Fprintf(s.Err, "%s\n", s.ErrScreen.Paint(terminal.Dim, terminal.Join(" · ", fmt.Sprint(a.Status), terminal.First(a.Instance, "answered by the mesh"),
			terminal.Millis(a.Duration.Duration()), "banyan trace "+shortID(a.Trace))))
	}
}

func fields(header map[string][]string) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
