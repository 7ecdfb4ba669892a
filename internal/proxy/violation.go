package proxy

import (
	"errors"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// A violation is a message that does not follow its RFC: the client's fault when it is a request, the instance's when it
// is an answer.
type violation struct {
	text, section string
	// status is what a request is answered with; 0 is 400.
	status int
	code   diag.Code
}

func (v *violation) Error() string { return v.text + " (" + v.section + ")" }

var (
	errBareLF        = &violation{text: "a line of the head does not end with CR LF", section: "RFC 9112 §2.2"}
	errRequestLine   = &violation{text: "the request line is not method, target and version with one space between", section: "RFC 9112 §3"}
	errMethod        = &violation{text: "the method is not a token", section: "RFC 9110 §9.1"}
	errConnect       = &violation{text: "CONNECT is not served", section: "RFC 9110 §9.3.6", status: 501}
	errTarget        = &violation{text: "the request target has a character that is not allowed", section: "RFC 9112 §3.2"}
	errTargetForm    = &violation{text: "the request target has none of the forms that its method allows", section: "RFC 9112 §3.2"}
	errTargetLong    = &violation{text: "the request target is too long", section: "RFC 9110 §4.1", status: 414, code: diag.HeadTooLarge}
	errVersion       = &violation{text: "the version is not HTTP/1.1 or HTTP/1.0", section: "RFC 9112 §2.3", status: 505}
	errStatusLine    = &violation{text: "the status line is malformed", section: "RFC 9112 §4"}
	errFold          = &violation{text: "a field line is folded", section: "RFC 9112 §5.2"}
	errColon         = &violation{text: "a field line has no colon", section: "RFC 9112 §5"}
	errName          = &violation{text: "a field name is not a token directly followed by a colon", section: "RFC 9112 §5.1"}
	errValue         = &violation{text: "a field value has a control character", section: "RFC 9110 §5.5"}
	errHeadLarge     = &violation{text: "the head is too large", section: "RFC 6585 §5", status: 431, code: diag.HeadTooLarge}
	errNoMemory      = &violation{text: "too many large heads are on their way", section: "RFC 9110 §15.6.4", status: 503, code: diag.HeadTooLarge}
	errHosts         = &violation{text: "there is not exactly one Host field", section: "RFC 9112 §3.2"}
	errHost          = &violation{text: "Host is not a host with an optional port", section: "RFC 9110 §7.2"}
	errLength        = &violation{text: "Content-Length is not one decimal number", section: "RFC 9110 §8.6"}
	errLengths       = &violation{text: "there is more than one Content-Length", section: "RFC 9112 §6.3"}
	errEncoding      = &violation{text: "Transfer-Encoding is not exactly chunked", section: "RFC 9112 §6.1", status: 501}
	errEncodings     = &violation{text: "there is more than one Transfer-Encoding", section: "RFC 9112 §6.1"}
	errEncoding10    = &violation{text: "Transfer-Encoding came with HTTP/1.0", section: "RFC 9112 §6.1"}
	errBoth          = &violation{text: "Transfer-Encoding and Content-Length came together", section: "RFC 9112 §6.1"}
	errExpect        = &violation{text: "Expect asks for more than 100-continue", section: "RFC 9110 §10.1.1", status: 417}
	errChunkSize     = &violation{text: "a chunk's size is not a hexadecimal number of bounded length", section: "RFC 9112 §7.1"}
	errChunkLine     = &violation{text: "a chunk's extension is malformed or too long", section: "RFC 9112 §7.1.1"}
	errChunkEnd      = &violation{text: "a chunk's data does not end with CR LF", section: "RFC 9112 §7.1"}
	errTrailer       = &violation{text: "the trailer section has a field that frames or routes the message", section: "RFC 9110 §6.5.1"}
	errCutShort      = &violation{text: "the message ended before its body was complete", section: "RFC 9112 §8"}
	errHeadSlow      = &violation{text: "the head did not arrive in time", section: "RFC 9110 §15.5.9", status: 408, code: diag.RequestTimeout}
	errBodySlow      = &violation{text: "the body did not arrive in time", section: "RFC 9110 §15.5.9", status: 408, code: diag.RequestTimeout}
	errUnasked       = &violation{text: "the instance switched protocols unasked", section: "RFC 9110 §15.2.2"}
	errGone          = errors.New("the client left")
	errServerStopped = errors.New("the server stops")
)

// asRequest is the cause of a violation in a request.
func asRequest(err error) error {
	var v *violation
	if !errors.As(err, &v) {
		return err
	}
	code := v.code
	if code == "" {
		code = diag.BadRequest
	}
	c := problem.New(code, "%s", v.Error()).Because(err)
	c.Status = v.status
	return c
}
