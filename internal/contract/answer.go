package contract

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// MaxBody bounds the body of a request, in bytes.
const MaxBody = 1 << 20

// Request is what is asked of the mock.
type Request struct {
	Method string
	// Path is the escaped path, Query what follows its question mark.
	Path, Query string
	// Header returns the values of a field; nil is a request without any.
	Header func(name string) []string
	// Body is the whole body, at most MaxBody.
	Body []byte
}

func (q Request) field(name string) []string {
	if q.Header == nil {
		return nil
	}
	return q.Header(name)
}

// Answer is what the contract says to a request.
type Answer struct {
	Status int
	// Type is the media type, empty where there is no body.
	Type string
	Body []byte
	// Fields are further fields of the head, in the order of the contract.
	Fields []Field
	// At is the declaration that it is made from.
	At diag.Position
}

// Field is one of a head.
type Field struct{ Name, Value string }

// Answer answers a request. A refusal has the status and the line of the contract that would change it.
func (d *Document) Answer(q Request) (Answer, *problem.Cause) {
	o, refusal := d.find(q.Method, q.Path)
	if refusal != nil {
		return Answer{}, refusal
	}
	if refusal := d.judge(o, q); refusal != nil {
		return Answer{}, refusal
	}
	wish := preferences(q.field("Prefer"))
	status, key, declared := o.answer(d, wish.code)
	if !declared.there() {
		return Answer{}, d.refuse(400, o.key, "%s declares no answer %s, only %s", o, wish.code, strings.Join(o.statuses(), ", "))
	}
	answer := Answer{Status: status, At: d.position(key)}
	if refusal := d.fill(&answer, declared, key, q, wish); refusal != nil {
		return Answer{}, refusal
	}
	answer.Fields = d.fields(declared)
	return answer, nil
}

// answer chooses the declared answer: the wished one, else the first success, else what is left for all.
func (o *operation) answer(d *Document, wish string) (int, node, node) {
	answers := o.node.get("responses")
	best, at, chosen := 1000, none, none
	for key, value := range answers.entries {
		status := statusOf(key.Value, wish)
		// An exact status comes before a range, and a range before default.
		rank := status*10 + precision(key.Value)
		switch {
		case status == 0, wish == "" && status > 299:
			continue
		case !chosen.there() || rank < best:
			best, at, chosen = rank, key, d.follow(value)
		}
	}
	if chosen.there() {
		return best / 10, at, chosen
	}
	if wish != "" {
		return 0, none, none
	}
	for key, value := range answers.entries { // none is a success
		if status := statusOf(key.Value, ""); status > 0 {
			return status, key, d.follow(value)
		}
	}
	return 0, none, none
}

func precision(key string) int {
	switch {
	case key == "default":
		return 2
	case strings.HasSuffix(strings.ToUpper(key), "XX"):
		return 1
	}
	return 0
}

// statusOf is the status that a key of responses stands for, the wished one where it fits; 0 when it does not.
func statusOf(key, wish string) int {
	first := key
	switch precision(key) {
	case 2:
		first = "200"
	case 1:
		first = key[:1] + "00"
	}
	if wish != "" {
		if precision(key) == 0 && key != wish || precision(key) == 1 && key[:1] != wish[:1] {
			return 0
		}
		first = wish
	}
	status, err := strconv.Atoi(first)
	if err != nil || status < 200 || status > 599 {
		return 0 // an interim answer is none
	}
	return status
}

func (o *operation) statuses() []string {
	var all []string
	for key := range o.node.get("responses").entries {
		if isStatus(key.Value) {
			all = append(all, key.Value)
		}
	}
	slices.Sort(all)
	return all
}

// fill gives the answer its body.
func (d *Document) fill(answer *Answer, declared, key node, q Request, wish preference) *problem.Cause {
	content := declared.get("content")
	if !content.isMap() || len(content.Content) == 0 || answer.Status == 204 || answer.Status == 304 {
		return nil
	}
	name, media := d.negotiate(content, q.field("Accept"))
	if !media.there() {
		return d.refuse(406, key, "the answer is declared as %s, and Accept takes none of that", names(content))
	}
	example, refusal := d.example(media, wish.example)
	if refusal != nil {
		return refusal
	}
	g := &generator{Document: d}
	var body []byte
	if example.there() {
		body = g.literal(example)
	} else {
		body = g.from(media.get("schema"))
	}
	if answer.Type = name; !isJSON(name) {
		text, is := plainText(body)
		if !is {
			return d.refuse(501, media, "a body of %s cannot be made from its schema", brief(name)).Because(errNoExample)
		}
		body = []byte(text)
	} else {
		body = append(body, '\n')
	}
	if answer.Body = body; g.over {
		return d.refuse(501, media, "the answer would be larger than %d KiB", maxAnswer>>10)
	}
	return nil
}

// names lists the keys of a map.
func names(n node) string {
	var all []string
	for key := range n.entries {
		all = append(all, brief(key.Value))
	}
	return strings.Join(all, ", ")
}

// example is the declared one, the named one where a name is wished for; none when there is none.
func (d *Document) example(media node, wish string) (node, *problem.Cause) {
	examples := media.get("examples")
	var all []string
	for name, value := range examples.entries {
		all = append(all, brief(name.Value))
		if one := d.follow(value).get("value"); one.there() && (wish == "" || wish == name.Value) {
			return one, nil
		}
	}
	switch {
	case wish != "" && len(all) > 0:
		return none, d.refuse(400, examples, "there is no example %s with a value, only %s", brief(wish), strings.Join(all, ", "))
	case wish != "":
		return none, d.refuse(400, media, "there is no example %s: the answer has no examples", brief(wish))
	}
	return media.get("example"), nil
}

// fields are those of the head that the answer declares and that a mock may set.
func (d *Document) fields(declared node) []Field {
	var all []Field
	for name, value := range declared.get("headers").entries {
		header := d.follow(value)
		if !isToken(name.Value) || slices.Contains(framing, strings.ToLower(name.Value)) {
			continue
		}
		example, _ := d.example(header, "")
		g := &generator{Document: d}
		raw := g.from(header.get("schema"))
		if example.there() {
			raw = g.literal(example)
		}
		if text, is := plainText(raw); is && sendable("a"+text) {
			all = append(all, Field{name.Value, strings.TrimSpace(text)})
		}
	}
	return all
}

// framing are the fields that belong to the message and not to its meaning (RFC 9110 §7.6.1).
var framing = []string{"connection", "content-length", "content-type", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}

// isToken tells whether a name is one of a field (RFC 9110 §5.6.2).
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
