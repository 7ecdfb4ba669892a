package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// maxEvent bounds one event of a stream, in bytes.
const maxEvent = 8 << 20

// Progress yields the services at once and at each change, until ctx ends or the control process does; the latter is the
// last error.
func (c *Client) Progress(ctx context.Context) iter.Seq2[[]Service, error] {
	return follow[[]Service](ctx, c, request{id: "progress"}, nil)
}

// FollowLines yields the newest lines that match, then each as it comes.
func (c *Client) FollowLines(ctx context.Context, q LineQuery) iter.Seq2[Line, error] {
	return follow[Line](ctx, c, request{id: "followLines", query: q.values()}, nil)
}

// FollowJournal yields the newest entries, at most past, then each as it comes. Asked for in that order something would fall between
// the two, so the stream stands first, and an entry may come twice.
func (c *Client) FollowJournal(ctx context.Context, past int) iter.Seq2[Deed, error] {
	return follow(ctx, c, request{id: "followJournal"}, func() ([]Deed, error) { return c.Journal(ctx, past) })
}

// follow yields what first returns once the stream stands, then the stream.
func follow[T any](ctx context.Context, c *Client, q request, first func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		var body io.ReadCloser
		err := c.insist(ctx, q, func() error {
			answer, err := c.open(ctx, q) //nolint:bodyclose // its body is closed when the stream ends
			if err == nil {
				body = answer.Body
			}
			return err
		})
		if err != nil {
			yield(zero, err)
			return
		}
		defer body.Close()
		if first != nil {
			known, err := first()
			for _, v := range known {
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				yield(zero, err)
				return
			}
		}
		lines := bufio.NewScanner(body)
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
		if err := lines.Err(); broken(err) {
			yield(zero, fmt.Errorf("%w: %w", ErrBroken, err))
		} else if err != nil {
			yield(zero, fmt.Errorf("following %s: %w", q.id, err))
		}
	}
}
