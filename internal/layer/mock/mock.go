package mock

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/contract"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// Field marks every answer, refusals included, with the name of the service that did not give it.
const Field = "X-Banyan-Mock"

// Program is one mocked service.
type Program struct {
	Service  string
	Document *contract.Document
	Audience problem.Audience
}

// Instance is how the mock is called where instances are.
func Instance(service string) string { return service + ".mock" }

// Layer answers from the contract; what stands behind it is not asked.
func Layer(p *Program) exchange.Layer {
	return func(exchange.Handler) exchange.Handler { return exchange.HandlerFunc(p.handle) }
}

func (p *Program) handle(x *exchange.Exchange) error {
	now := time.Now()
	x.Note.Instance, x.Note.Queued, x.Note.Connected = Instance(p.Service), now, now
	x.Note.Tries++
	q := contract.Request{
		Method: x.Request.Method, Path: x.Request.Path, Query: x.Request.Query,
		Header: func(name string) []string { return values(&x.Request, name) },
	}
	body, err := io.ReadAll(io.LimitReader(&x.Body, contract.MaxBody+1))
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return problem.New(diag.ClientGone, "the body broke off").At(x.Edge.Caller, p.Service).Because(err)
	case len(body) > contract.MaxBody:
		return problem.New(diag.BodyTooLarge, "a mock takes bodies of up to %d bytes", contract.MaxBody).At(x.Edge.Caller, p.Service)
	}
	q.Body = body
	answer, refusal := p.Document.Answer(q)
	x.Note.Answered = time.Now()
	if refusal != nil {
		p.refuse(x, refusal)
		return nil
	}
	p.write(x, answer)
	return nil
}

func values(h *exchange.Head, name string) []string {
	var all []string
	for value := range h.Values(name) {
		all = append(all, string(value))
	}
	return all
}

func (p *Program) write(x *exchange.Exchange, answer contract.Answer) {
	x.Reply.Drop()
	head := &x.Reply.Head
	head.Status = answer.Status
	for _, f := range answer.Fields {
		head.Add(f.Name, f.Value)
	}
	head.Set(Field, p.Service)
	if answer.Type != "" {
		head.Set("Content-Type", answer.Type)
	}
	// Neither has a body, and a length only where one would have had it (RFC 9110 §8.6).
	if answer.Status == 204 || answer.Status == 304 {
		return
	}
	head.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	if x.Request.Method != "HEAD" {
		x.Reply.Body, x.Reply.Length = bytes.NewReader(answer.Body), int64(len(answer.Body))
	}
}

// refuse is an answer of the mock's, marked like the others: what the caller sent is wrong, and not the way there.
func (p *Program) refuse(x *exchange.Exchange, cause *problem.Cause) {
	cause = cause.At(x.Edge.Caller, p.Service)
	document := problem.From(cause, p.Audience, x.Trace.Trace.String())
	x.Answer(document.Status, problem.ContentType, document.JSON())
	x.Reply.Head.Set(Field, p.Service)
	if len(cause.Allow) > 0 {
		x.Reply.Head.Set("Allow", strings.Join(cause.Allow, ", ")) // RFC 9110 §15.5.6
	}
	x.Note.Cause = cause
}
