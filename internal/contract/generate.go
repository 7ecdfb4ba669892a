package contract

import (
	"bytes"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"
)

// generator makes values from schemas. It is used for one answer.
type generator struct {
	*Document
	// open are the schemas that a value is being made from: one that comes again would never end.
	open []*yaml.Node
	made int
	// over says that a bound was exceeded.
	over bool
}

const (
	// deepest bounds how deep a made value nests, mostMade how many values one answer has, mostItems a list.
	deepest   = 12
	mostMade  = 20_000
	mostItems = 100
	// mostParts bounds what allOf joins.
	mostParts = 100
)

// from is a value of a schema as JSON; null when no value ends.
func (g *generator) from(schema node) []byte {
	if raw, ends := g.value(schema, 0); ends {
		return raw
	}
	return []byte("null")
}

// value makes one; false when it would never end, so that who does not need it leaves it out.
func (g *generator) value(schema node, depth int) ([]byte, bool) {
	target := g.follow(schema)
	if !target.isMap() {
		return []byte("{}"), depth <= deepest // true and {} take everything
	}
	if g.made++; depth > deepest || g.made > mostMade || slices.Contains(g.open, target.Node) {
		return nil, false
	}
	g.open = append(g.open, target.Node)
	defer func() { g.open = g.open[:len(g.open)-1] }()
	v := g.view(target)
	if declared := v.declared(); declared.there() {
		return g.literal(declared), true
	}
	switch kind := v.kind(); kind {
	case "object":
		return g.object(v, depth)
	case "array":
		return g.array(v, depth)
	case "integer", "number":
		return number(v.number(kind == "integer")), true
	case "boolean":
		return []byte("true"), true
	case "null":
		return []byte("null"), true
	case "string":
		return quoted(v.text()), true
	}
	return []byte("{}"), true
}

func (g *generator) object(v view, depth int) ([]byte, bool) {
	var b bytes.Buffer
	b.WriteByte('{')
	first, required := true, v.required()
	for _, p := range v.properties() {
		if g.follow(p.schema).get("writeOnly").yes() {
			continue
		}
		raw, ends := g.value(p.schema, depth+1)
		if !ends && slices.Contains(required, p.name) {
			return nil, false // without it the object would be none of the schema
		}
		if ends {
			comma(&b, &first)
			b.Write(append(append(quoted(p.name), ':'), raw...))
		}
	}
	if more := v.get("additionalProperties"); first && more.isMap() {
		if raw, ends := g.value(more, depth+1); ends {
			b.WriteString(`"key":`)
			b.Write(raw)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), g.within(&b)
}

func (g *generator) within(b *bytes.Buffer) bool {
	if b.Len() > maxAnswer {
		g.over = true
	}
	return !g.over
}

// array has one item, or as many as there must be.
func (g *generator) array(v view, depth int) ([]byte, bool) {
	count := max(1, v.get("minItems").count(1))
	if most := v.get("maxItems"); most.there() {
		count = min(count, most.count(1))
	}
	var b bytes.Buffer
	b.WriteByte('[')
	first, n := true, 0
	for item := range v.get("prefixItems").items {
		if raw, ends := g.value(item, depth+1); ends {
			comma(&b, &first)
			b.Write(raw)
			n++
		}
	}
	for ; n < min(count, mostItems) && v.get("items").there(); n++ {
		raw, ends := g.value(v.get("items"), depth+1)
		if !ends {
			break // a list may be empty where its items would never end
		}
		comma(&b, &first)
		b.Write(raw)
	}
	b.WriteByte(']')
	return b.Bytes(), g.within(&b)
}

// number is the least that the bounds and the step allow, from 1 on where they allow that.
func (v view) number(whole bool) float64 {
	step, stepped := v.step()
	least, most := v.least(step), v.most(step)
	f := min(max(1, least), most)
	if stepped || whole {
		f = math.Ceil(f/step) * step
	}
	if f > most {
		f -= step
	}
	if !finite(f) {
		return 1
	}
	return f
}

func (v view) step() (float64, bool) {
	step, stepped := v.get("multipleOf").number()
	if !stepped || step <= 0 {
		return 1, false
	}
	return step, true
}

// least and most are the bounds. One that is not reached is a flag in 3.0, and a number of its own in 3.1.
func (v view) least(step float64) float64 {
	least := v.get("minimum").or(math.Inf(-1))
	if v.get("exclusiveMinimum").yes() {
		least += step
	}
	return max(least, v.get("exclusiveMinimum").or(math.Inf(-1))+step)
}

func (v view) most(step float64) float64 {
	most := v.get("maximum").or(math.Inf(1))
	if v.get("exclusiveMaximum").yes() {
		most -= step
	}
	return min(most, v.get("exclusiveMaximum").or(math.Inf(1))-step)
}

// or is a number, or what stands for none.
func (n node) or(standard float64) float64 {
	if f, is := n.number(); is {
		return f
	}
	return standard
}

func finite(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }
