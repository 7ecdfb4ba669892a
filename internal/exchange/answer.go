package exchange

import (
	"bytes"
	"strconv"
)

// Answer makes body the whole answer, with its type.
func (x *Exchange) Answer(status int, contentType string, body []byte) {
	x.Reply.Drop()
	x.Reply.Head.Status = status
	x.Reply.Head.Set("Content-Type", contentType)
	x.Reply.Head.Set("Content-Length", strconv.Itoa(len(body)))
	x.Reply.Body, x.Reply.Length = bytes.NewReader(body), int64(len(body))
}
