package store

// attributes gathers the columns of spans' attributes while their rows are walked.
type attributes struct {
	known   [len(attributeNames)]*texts
	named   map[string]*texts
	columns []*texts
	// overflow has, for each row, names and values of the attributes that found no column; they are in spilt.
	overflow texts
	spilt    []byte
}

func newAttributes() *attributes {
	return &attributes{named: map[string]*texts{}, overflow: texts{name: overflowColumn}}
}

// row takes the attributes of row i, which r has come to.
func (a *attributes) row(i int, r *reader) {
	start := len(a.spilt)
	for count := r.uvarint(); count > 0 && !r.bad; count-- {
		column, name := a.column(r)
		if column != nil {
			column.set(i, r.value())
			continue
		}
		a.spilt = appendText(a.spilt, name)
		a.spilt = appendText(a.spilt, r.text())
	}
	if len(a.spilt) > start {
		a.overflow.set(i, value{uint32(start), uint32(len(a.spilt) - start)})
	}
}

// column is that of the attribute whose name r has come to; nil and the name when there are too many.
func (a *attributes) column(r *reader) (*texts, string) {
	number := r.uvarint()
	if number > uint64(len(attributeNames)) {
		r.bad = true
		return nil, ""
	}
	if number > 0 {
		if a.known[number-1] == nil {
			a.known[number-1] = a.add(attributeNames[number-1])
		}
		return a.known[number-1], attributeNames[number-1]
	}
	name := r.take(r.uvarint())
	t, known := a.named[string(name)]
	if !known {
		if t = a.add(string(name)); t != nil { // names without number must not fill the map either
			a.named[string(name)] = t
		}
	}
	return t, string(name)
}

func (a *attributes) add(name string) *texts {
	if len(a.columns) == mostColumns {
		return nil
	}
	t := &texts{name: attributePrefix + name}
	a.columns = append(a.columns, t)
	return t
}

func (a *attributes) write(w *blockWriter, all []byte, rows int) {
	for _, t := range a.columns {
		t.pad(rows)
		w.texts(t, all)
	}
	if len(a.overflow.values) > 0 {
		a.overflow.pad(rows)
		w.texts(&a.overflow, a.spilt)
	}
}
