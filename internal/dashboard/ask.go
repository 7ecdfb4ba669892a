package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// most bounds an answer of the API, in bytes.
const most = 32 << 20

// asker asks the control API.
type asker struct{ api http.RoundTripper }

// failure is an answer that is a problem document, or no answer.
type failure struct {
	Status int
	Code   Text
	Title  Text
	Detail Text
}

// Error is the failure in a line.
func (f *failure) Error() string {
	if f.Detail == "" {
		return string(f.Title)
	}
	return string(f.Detail)
}

// get decodes the answer to GET path?query; path is escaped.
func get[T any](ctx context.Context, a asker, path string, query url.Values) (T, error) {
	var out T
	target := "http://control" + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return out, fmt.Errorf("making a request to the API: %w", err)
	}
	answer, err := a.api.RoundTrip(r)
	if err != nil {
		return out, fmt.Errorf("asking the API: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return out, refusal(answer)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, most)).Decode(&out); err != nil {
		return out, fmt.Errorf("reading the API's answer to %s: %w", path, err)
	}
	return out, nil
}

// refusal reads a problem document (RFC 9457).
func refusal(answer *http.Response) error {
	f := &failure{}
	_ = json.NewDecoder(io.LimitReader(answer.Body, most)).Decode(f) // what is no document has a status still
	f.Status = answer.StatusCode
	if f.Title == "" {
		f.Title = Text("The control API answered " + answer.Status + ".")
	}
	return f
}

func (a asker) app(ctx context.Context) (app, error) { return get[app](ctx, a, "/v1/app", nil) }

func (a asker) services(ctx context.Context) ([]service, error) {
	return get[[]service](ctx, a, "/v1/services", nil)
}

func (a asker) environment(ctx context.Context, name string) ([]variable, error) {
	return get[[]variable](ctx, a, "/v1/services/"+url.PathEscape(name)+"/environment", nil)
}

// lines are oldest first.
func (a asker) lines(ctx context.Context, query url.Values) ([]line, error) {
	return get[[]line](ctx, a, "/v1/lines", query)
}

// traces are newest first.
func (a asker) traces(ctx context.Context, query url.Values) ([]summary, error) {
	return get[[]summary](ctx, a, "/v1/traces", query)
}

func (a asker) trace(ctx context.Context, id string) (trace, error) {
	return get[trace](ctx, a, "/v1/traces/"+url.PathEscape(id), nil)
}

func (a asker) rates(ctx context.Context) (rates, error) { return get[rates](ctx, a, "/v1/rates", nil) }

// journal is newest first.
func (a asker) journal(ctx context.Context, limit int) ([]deed, error) {
	deeds, err := get[[]deed](ctx, a, "/v1/journal", url.Values{"limit": {strconv.Itoa(limit)}})
	slices.Reverse(deeds)
	return deeds, err
}
