package signal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Attribute is something that is said of a span, an event or a line. Numbers, truth values and lists are written as JSON writes them.
type Attribute struct{ Name, Value string }

// Attributes have each name once, in the order in which they were recorded. They are written as a JSON object.
type Attributes []Attribute

// Get is the value of a name, empty where it is not there.
func (a Attributes) Get(name string) string {
	value, _ := a.Lookup(name)
	return value
}

// Lookup is the value of a name, and whether it is there.
func (a Attributes) Lookup(name string) (value string, there bool) {
	for i := range a {
		if a[i].Name == name {
			return a[i].Value, true
		}
	}
	return "", false
}

// Set gives a name its value, in place of the one that it has.
func (a *Attributes) Set(name, value string) {
	for i := range *a {
		if (*a)[i].Name == name {
			(*a)[i].Value = value
			return
		}
	}
	*a = append(*a, Attribute{name, value})
}

// MarshalJSON writes an object.
func (a Attributes) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i := range a {
		name, err := json.Marshal(a[i].Name)
		if err != nil {
			return nil, fmt.Errorf("writing the name of an attribute: %w", err)
		}
		value, err := json.Marshal(a[i].Value)
		if err != nil {
			return nil, fmt.Errorf("writing an attribute: %w", err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads an object of texts; the attributes are in the order of their names.
func (a *Attributes) UnmarshalJSON(text []byte) error {
	var object map[string]string
	if err := json.Unmarshal(text, &object); err != nil {
		return fmt.Errorf("reading attributes: %w", err)
	}
	*a = make(Attributes, 0, len(object))
	for name, value := range object {
		*a = append(*a, Attribute{name, value})
	}
	slices.SortFunc(*a, func(x, y Attribute) int { return cmp.Compare(x.Name, y.Name) })
	return nil
}
