package migration

// Files are contents by name, relative to the state folder and with slashes. A nil content is a file that is not there.
type Files map[string][]byte

// Step leads from one form to the next. Do is pure and may be called again on what it made, which it then leaves as it is: a
// migration that was killed half-way begins anew, with some of the files made and others not: whether a file is made already must
// show in itself.
type Step struct {
	// From is the form that it starts from.
	From int
	// About says in a few words what is different afterwards.
	About string
	// Touches are the files that Do is given and may answer.
	Touches []string
	Do      func(Files) (Files, error)
}

// steps is the table of all that ever changed, oldest first; testdata holds a folder of each form.
var steps = []Step{
	{From: 1, About: "ports are kept between runs", Touches: []string{ledgerName}, Do: keepPorts},
}

const ledgerName = "ports.json"

// keepPorts begins the ledger of ports. One that is there was kept by a later release before somebody went back to an earlier one.
func keepPorts(before Files) (Files, error) {
	if before[ledgerName] != nil {
		return before, nil
	}
	return Files{ledgerName: []byte(`{"version":1,"ports":{}}`)}, nil
}
