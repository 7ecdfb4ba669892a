package spec

import "github.com/banyan-run/banyan/internal/redact"

// shortest is the length below which a value is no secret that could be masked: ordinary words would be hit.
const shortest = 6

// secrets are the values that no error may repeat: an expression can put a variable of the process into a value that turns out to be
// wrong, and what is wrong with a file is told to terminals, the journal and the page.
func (x *expressions) secrets() *redact.Set {
	var values []string
	for name, value := range x.process {
		if len(value) >= shortest && redact.Variable(name, value) != value {
			values = append(values, value)
		}
	}
	set := &redact.Set{}
	_ = set.Replace(values) // it refuses short ones, of which none is left
	return set
}
