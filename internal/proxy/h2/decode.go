package h2

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// kind is what a header block opens, or ends.
type kind int

const (
	request kind = iota
	answer
	trailer
)

// malformed is a message that does not follow RFC 9113 §8: its stream is reset.
type malformed struct{ text, section string }

func (m *malformed) Error() string { return m.text + " (" + m.section + ")" }

var (
	errPseudo     = &malformed{"a pseudo-field is unknown, comes twice, or comes after a field", "RFC 9113 §8.3"}
	errMissing    = &malformed{"a pseudo-field is missing", "RFC 9113 §8.3.1"}
	errName       = &malformed{"a field name is not a token in lower case", "RFC 9113 §8.2.1"}
	errValue      = &malformed{"a field value has a character that is not allowed", "RFC 9113 §8.2.1"}
	errConnection = &malformed{"a field concerns the connection", "RFC 9113 §8.2.2"}
	errAuthority  = &malformed{"Host names another authority", "RFC 9113 §8.3.1"}
	errLength     = &malformed{"Content-Length is not the one length of the body", "RFC 9113 §8.1.1"}
	errStatus     = &malformed{"the status is not three digits", "RFC 9113 §8.3.2"}
	errTrailer    = &malformed{"a trailer has a field that frames or routes the message", "RFC 9110 §6.5.1"}
	errHeadless   = &malformed{"a body came before its head", "RFC 9113 §8.1"}
	errUnended    = &malformed{"a second header block does not end the stream", "RFC 9113 §8.1"}
)

// errTooLarge is a head above the bound, errNoMemory a body for which there is no room; errUnexpected an Expect that is not understood.
var (
	errTooLarge   = &problem.Cause{Code: diag.HeadTooLarge, Detail: "the head is too large (RFC 6585 §5)", Status: 431}
	errNoMemory   = &problem.Cause{Code: diag.HeadTooLarge, Detail: "too many bodies wait to be read (RFC 9110 §15.6.4)", Status: 503}
	errUnexpected = &problem.Cause{Code: diag.BadRequest, Detail: "Expect asks for more than 100-continue (RFC 9110 §10.1.1)", Status: 417}
)

// block is what a header block says beside the fields.
type block struct {
	length  int64
	expects bool
}

// decoder reads the header blocks of a connection. A block that is refused is read to its end all the same, for the dynamic table
// is the connection's (RFC 7541 §2.2).
type decoder struct {
	hpack *hpack.Decoder
	// most is in bytes as RFC 9113 §6.5.2 counts them; fields counts lines.
	most, fields int

	into  *exchange.Head
	kind  kind
	block block
	size  int
	host  string
	// crumbs are the cookie, of which that many pieces came.
	crumbs struct {
		text  []byte
		count int
	}
	seen  [4]bool // pseudo-fields, in the order of the names in pseudo
	begun bool    // a field that is no pseudo-field has come
	fault error
}

// entry is what a field counts beside its octets (RFC 9113 §6.5.2).
const entry = 32

func newDecoder(most, fields int) decoder {
	d := decoder{most: most, fields: fields, hpack: hpack.NewDecoder(4096, nil)}
	// One string may be all that a head may be; a longer one is a connection's error before it is stored.
	d.hpack.SetMaxStringLength(most)
	return d
}

// read decodes a whole block into h. Its error is a malformed, a cause, or a http2.ConnectionError.
func (d *decoder) read(text []byte, h *exchange.Head, k kind) (block, error) {
	d.into, d.kind, d.block, d.size, d.host = h, k, block{length: exchange.Unknown}, 0, ""
	d.seen, d.begun, d.fault = [4]bool{}, false, nil
	d.crumbs.text, d.crumbs.count = d.crumbs.text[:0], 0
	h.Proto = exchange.HTTP2
	d.hpack.SetEmitFunc(d.field)
	_, err := d.hpack.Write(text)
	if err == nil {
		err = d.hpack.Close()
	}
	d.into = nil
	switch {
	case err != nil:
		return d.block, fmt.Errorf("decoding a header block: %w: %w", http2.ConnectionError(http2.ErrCodeCompression), err)
	case d.fault != nil:
		return d.block, d.fault
	}
	if d.crumbs.count > 0 {
		h.Add("cookie", string(d.crumbs.text))
	}
	return d.block, d.complete(h)
}

// skip reads a block that nobody wants, for the sake of the dynamic table. Its error is the connection's alone.
func (d *decoder) skip(text []byte) error {
	var nobody exchange.Head
	_, err := d.read(text, &nobody, trailer)
	var code http2.ConnectionError
	if errors.As(err, &code) {
		return err
	}
	return nil
}

func (d *decoder) field(f hpack.HeaderField) {
	d.size += len(f.Name) + len(f.Value) + entry
	if d.size > d.most {
		d.fault = cmp.Or[error](d.fault, errTooLarge)
	}
	if d.fault != nil {
		return
	}
	if strings.HasPrefix(f.Name, ":") {
		d.fault = d.pseudo(f)
		return
	}
	d.begun = true
	d.fault = d.regular(f)
}

// pseudo reads one of the fields that stand for the start line (RFC 9113 §8.3).
func (d *decoder) pseudo(f hpack.HeaderField) error {
	if d.begun {
		return errPseudo
	}
	var at int
	var to *string
	h := d.into
	switch {
	case d.kind == answer && f.Name == ":status":
		status, err := strconv.Atoi(f.Value)
		if err != nil || len(f.Value) != 3 || status < 100 {
			return errStatus
		}
		h.Status = status
	case d.kind != request:
		return errPseudo
	case f.Name == ":method":
		to = &h.Method
	case f.Name == ":scheme":
		at, to = 1, &h.Scheme
	case f.Name == ":authority":
		at, to = 2, &h.Authority
	case f.Name == ":path":
		at, to = 3, &h.Path
	default:
		return errPseudo
	}
	if d.seen[at] {
		return errPseudo
	}
	d.seen[at] = true
	if to != nil {
		*to = f.Value
	}
	return nil
}

// regular reads a field.
func (d *decoder) regular(f hpack.HeaderField) error {
	switch {
	case !lowerToken(f.Name):
		return errName
	case !validValue(f.Value):
		return errValue
	case proxy.OfConnection([]byte(f.Name)):
		return errConnection
	case d.kind == trailer && framing(f.Name):
		return errTrailer
	case d.into.Len() >= d.fields:
		return errTooLarge
	}
	switch f.Name {
	case "te":
		if f.Value != "trailers" {
			return errConnection
		}
	case "content-length":
		if err := d.takeLength(f.Value); err != nil {
			return err
		}
	case "host":
		if d.kind == request {
			return d.takeHost(f.Value)
		}
	case "expect":
		d.block.expects = true
		if !strings.EqualFold(f.Value, "100-continue") {
			return errUnexpected
		}
		return nil
	case "cookie":
		if d.kind == request {
			d.takeCrumb(f.Value)
			return nil
		}
	case "proxy-authenticate", "proxy-authorization", "http2-settings":
		return nil // of this hop alone
	}
	d.into.Add(f.Name, f.Value)
	return nil
}

func (d *decoder) takeLength(value string) error {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil || d.block.length != exchange.Unknown {
		return errLength
	}
	d.block.length = int64(n)
	return nil
}

func (d *decoder) takeHost(value string) error {
	if d.host != "" && d.host != value {
		return errAuthority
	}
	d.host = value
	return nil
}

// takeCrumb joins the crumbs that RFC 9113 §8.2.3 lets a client make of a cookie. The field is made once, at the end: each crumb may be
// one octet of the block.
func (d *decoder) takeCrumb(value string) {
	if d.crumbs.count++; d.crumbs.count > 1 {
		d.crumbs.text = append(d.crumbs.text, "; "...)
	}
	d.crumbs.text = append(d.crumbs.text, value...)
}

// complete checks what a block must have.
func (d *decoder) complete(h *exchange.Head) error {
	if d.kind == answer && !d.seen[0] {
		return errMissing
	}
	if d.kind != request {
		return nil
	}
	if h.Method == "CONNECT" {
		return nil // it is refused as such, whatever else it has
	}
	// A request without one of these is malformed (§8.3.1); an empty path is as well, for http and https.
	if !d.seen[0] || !d.seen[1] || !d.seen[3] || h.Path == "" {
		return errMissing
	}
	switch {
	case !d.seen[2]:
		h.Authority = d.host
	case d.host != "" && !strings.EqualFold(d.host, h.Authority):
		return errAuthority
	}
	h.Path, h.Query, h.HasQuery = strings.Cut(h.Path, "?")
	return nil
}

func lowerToken(name string) bool {
	for i := range len(name) {
		if 'A' <= name[i] && name[i] <= 'Z' {
			return false
		}
	}
	return httpguts.ValidHeaderFieldName(name)
}

// validValue tells whether a value has no control character but tab, and no space at its ends.
func validValue(value string) bool {
	if value == "" {
		return true
	}
	first, last := value[0], value[len(value)-1]
	return first != ' ' && first != '\t' && last != ' ' && last != '\t' && httpguts.ValidHeaderFieldValue(value)
}

// framing tells whether a field must not come as a trailer, for it would have framed or routed the message.
func framing(name string) bool { return name == "content-length" || name == "host" }
