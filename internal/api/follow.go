package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// maxEvent bounds one event of a stream, in bytes.
const maxEvent = 8 << 20

// Progress yields the services at once and at each change, until ctx ends or the control process does; the latter is the
// last error.
func (c *Client) Progress(ctx context.Context) iter.Seq2[[]Service, error] {
	return follow[[]Service](ctx, c, request{id: "progress"})
}

// FollowLines yields the newest lines that match, then each as it comes.
func (c *Client) FollowLines(ctx context.Context, q LineQuery) iter.Seq2[Line, error] {
	return follow[Line](ctx, c, request{id: "followLines", query: q.values()})
}

// FollowJournal yields each entry as it comes.
func (c *Client) FollowJournal(ctx context.Context) iter.Seq2[Deed, error] {
	return follow[Deed](ctx, c, request{id: "followJournal"})
}

func follow[T any](ctx context.Context, c *Client, q request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		answer, err := c.open(ctx, q)
		if err != nil {
			yield(zero, err)
			return
		}
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, maxEvent)
		for lines.Scan() {
			data, is := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
			if !is {
				continue
			}
			var v T
			if err := json.Unmarshal(data, &v); err != nil {
				yield(zero, fmt.Errorf("reading an event of %s: %w", q.id, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(zero, fmt.Errorf("following %s: %w", q.id, err))
		}
	}
}
