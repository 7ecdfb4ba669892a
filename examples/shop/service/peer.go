package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Peer is another service. It may be used by many at once.
type Peer struct {
	name, url string
	header    http.Header
	client    *http.Client
}

// Find returns the peer whose address <NAME>_URL holds.
func Find(name string) Peer { return At(name, os.Getenv(strings.ToUpper(name)+"_URL")) }

// At returns the peer at an address.
func At(name, url string) Peer {
	pool := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}
	return Peer{name: name, url: strings.TrimSuffix(url, "/"), client: &http.Client{Transport: pool, Timeout: 30 * time.Second}}
}

// With returns the same peer, called with one more header field.
func (p Peer) With(key, value string) Peer {
	header := p.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(key, value)
	p.header = header
	return p
}

// Call sends in as JSON, within the trace and the time of r, and reads the answer into out; either may be nil. A refusal of
// the peer is a *Problem with its status; a peer that does not answer, or fails, is one with 502.
func (p Peer) Call(r *http.Request, method, path string, in, out any) error {
	if p.url == "" {
		return Refuse(http.StatusBadGateway, strings.ToUpper(p.name)+"_URL is not set, so "+p.name+" cannot be called.")
	}
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encoding a call of %s: %w", p.name, err)
		}
	}
	request, err := http.NewRequestWithContext(r.Context(), method, p.url+path, &body)
	if err != nil {
		return fmt.Errorf("calling %s: %w", p.name, err)
	}
	for key, values := range p.header {
		request.Header[key] = values
	}
	for _, key := range []string{"Traceparent", "Tracestate", "Baggage"} {
		if values := r.Header.Values(key); len(values) > 0 {
			request.Header[key] = values
		}
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := p.client.Do(request)
	if err != nil {
		Log(r).Error("calling "+p.name, "error", err.Error())
		return Refuse(http.StatusBadGateway, p.name+" does not answer.")
	}
	defer answer.Body.Close()
	return p.read(answer, out)
}

func (p Peer) read(answer *http.Response, out any) error {
	if answer.StatusCode >= 400 {
		refusal := &Problem{Title: http.StatusText(answer.StatusCode)}
		_ = json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(refusal) // what is no problem document keeps the title
		refusal.Status = answer.StatusCode
		if answer.StatusCode >= 500 {
			return Refuse(http.StatusBadGateway, fmt.Sprintf("%s answered %d. %s", p.name, answer.StatusCode, refusal.Detail))
		}
		return refusal
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return fmt.Errorf("reading what %s answered: %w", p.name, err)
	}
	return nil
}
