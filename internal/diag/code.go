package diag

// Code names a kind of refusal for ever: BYN-1xxx the file, BYN-2xxx running services, BYN-3xxx requests on their
// path, BYN-4xxx commands and the control API. A code is never given to another meaning.
type Code string

// Entry is what the table knows of a code.
type Entry struct {
	Code Code
	// Title is the refusal in a few words, without the names of the case.
	Title string
	// Cause and Way are a sentence each: why it happens, and the way out.
	Cause, Way string
}

// Entries are all codes, in order.
func Entries() []Entry {
	var all []Entry
	for _, table := range [][]Entry{fileCodes, runCodes, pathCodes, controlCodes} {
		all = append(all, table...)
	}
	return all
}

// Lookup finds the entry of a code.
func Lookup(code Code) (Entry, bool) {
	for _, e := range Entries() {
		if e.Code == code {
			return e, true
		}
	}
	return Entry{}, false
}
