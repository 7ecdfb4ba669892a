package spec

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/expr"
)

// expressions evaluates `${…}`. What a value may use: app and environment, their names; service, the name of the service that
// the value belongs to; env, the process's variables, within env: and in overlays; name, host, port, data and url within resources.
type expressions struct {
	app, environment string
	// outer is the process's environment; process has the application's .env below it.
	outer, process map[string]string
	// known are the environments by what may be used; CEL's are costly, and most files need none.
	known  map[[3]bool]*expr.Environment
	budget *expr.Budget
}

func newExpressions(environment string, environ []string) *expressions {
	x := &expressions{environment: environment, outer: map[string]string{}, process: map[string]string{}, known: map[[3]bool]*expr.Environment{}, budget: expr.NewBudget()}
	for _, variable := range environ {
		if name, value, is := strings.Cut(variable, "="); is && name != "" {
			x.outer[name], x.process[name] = value, value
		}
	}
	return x
}

func (x *expressions) within(c context) *expr.Environment {
	which := [3]bool{c.service != "", c.environment, c.place != nil}
	if known, is := x.known[which]; is {
		return known
	}
	service := expr.Variable{Name: "service", Kind: expr.Text}
	if c.service == "" {
		service.Elsewhere = "service is the name of the service that a value belongs to: it is known within services only"
	}
	env := expr.Variable{Name: "env", Kind: expr.Texts, Absent: "the process environment has no %s"}
	if !c.environment {
		env.Elsewhere = "the process environment may be read in env of a service, under environments and in banyan.local.yaml only"
	}
	all := []expr.Variable{{Name: "app", Kind: expr.Text}, {Name: "environment", Kind: expr.Text}, service, env}
	for _, name := range []string{"name", "host", "port", "data", "url"} {
		one := expr.Variable{Name: name, Kind: expr.Text}
		if c.place == nil {
			one.Elsewhere = name + " is that of a resource: it is known within resources only"
		}
		all = append(all, one)
	}
	made := expr.New(x.budget, all...)
	x.known[which] = made
	return made
}

func (x *expressions) values(c context) map[string]any {
	all := map[string]any{"app": x.app, "environment": x.environment, "service": c.service, "env": x.process}
	if p := c.place; p != nil {
		all["name"], all["host"], all["port"], all["data"], all["url"] = p.name, p.host, p.port, p.data, p.url
	}
	return all
}

// check compiles what stands in a value; it evaluates nothing, since an overlay that is not applied may need what is not there.
func (x *expressions) check(n *node, c context) diag.List {
	template, found := expr.ParseTemplate(n.text, n.place)
	for _, part := range template.Parts {
		if part.Expression {
			_, wrong := x.within(c).Compile(part.Text, func(offset int) diag.Position { return n.place(part.Offset + offset) })
			found = append(found, wrong...)
		}
	}
	return found
}

// evaluate gives the value that a text with expressions stands for.
func (x *expressions) evaluate(n *node, c context) (*node, diag.List) {
	template, found := expr.ParseTemplate(n.text, n.place)
	if len(found) > 0 {
		return nil, found
	}
	template.Quote = n.quote()
	value, found := template.Evaluate(x.within(c), n.place, x.values(c))
	if len(found) > 0 {
		return nil, found
	}
	m := made(value, n.at)
	m.was = n.was
	return m, nil
}

// made is a value of an expression as a node at the expression's place.
func made(value any, at origin) *node {
	n := &node{form: text, at: at, given: true, size: 1}
	switch v := value.(type) {
	case nil:
		n.form = nothing
	case int64:
		n.form, n.text = whole, strconv.FormatInt(v, 10)
	case float64:
		n.form, n.text = fraction, strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		n.form, n.text = flag, strconv.FormatBool(v)
	case []any:
		n.form = list
		for _, item := range v {
			n.items = append(n.items, made(item, at))
		}
	case map[string]any:
		n.form = table
		for _, name := range slices.Sorted(maps.Keys(v)) {
			n.keys = append(n.keys, entry{name, at, made(v[name], at)})
		}
	case string:
		n.text = v
	}
	return n
}
