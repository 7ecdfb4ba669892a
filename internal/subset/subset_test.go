package subset

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// app reads `orders: catalog payments; catalog; +checkout: orders payments`: services with their calls, and groups.
func app(text string) *graph.App {
	a := &graph.App{}
	for i, part := range strings.Split(text, ";") {
		name, words, _ := strings.Cut(strings.TrimSpace(part), ":")
		at := diag.Position{File: "banyan.yaml", Line: i + 1, Column: 1}
		if group, is := strings.CutPrefix(name, "+"); is {
			g := &graph.Group{Name: group, At: at}
			for _, m := range strings.Fields(words) {
				g.Members = append(g.Members, graph.Member{Name: m, At: at})
			}
			a.Groups = append(a.Groups, g)
			continue
		}
		s := &graph.Service{Name: name, At: at}
		for _, to := range strings.Fields(words) {
			if to == "bank" {
				a.External = []*graph.External{{Name: "bank", At: at}}
			}
			s.Calls = append(s.Calls, &graph.Call{To: to, At: at})
		}
		a.Services = append(a.Services, s)
	}
	slices.SortFunc(a.Services, func(x, y *graph.Service) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(a.Groups, func(x, y *graph.Group) int { return strings.Compare(x.Name, y.Name) })
	return a
}

const shop = "web: orders reviews; orders: catalog payments bank; payments: ledger; ledger; catalog; reviews: catalog; admin; " +
	"+checkout: orders payments; +front: web checkout"

// stored is an application with resources and hooks: orders uses kv and, before it starts, runs migrate after generate; web runs seed of
// reviews once it is ready, which uses search and calls catalog.
func stored() *graph.App {
	a := app("catalog; kv; orders; reviews: catalog; search; web; idle: ; +data: kv search")
	at := diag.Position{File: "banyan.yaml", Line: 20, Column: 3}
	for _, name := range []string{"kv", "search"} {
		s, _ := a.Service(name)
		s.Resource = &graph.Resource{Name: name}
		a.Resources = append(a.Resources, s.Resource)
	}
	a.Resources = append(a.Resources, &graph.Resource{Name: "there", URL: "redis://there"})
	a.Tasks = []*graph.Task{
		{Name: "generate", Needs: []graph.Ref{{Name: "catalog", At: at}}},
		{Name: "migrate", Service: graph.Ref{Name: "orders"}, After: []graph.Ref{{Name: "generate"}}, Needs: []graph.Ref{{Name: "kv", At: at}}},
		{Name: "seed", Service: graph.Ref{Name: "reviews"}, Needs: []graph.Ref{{Name: "web", At: at}}},
		{Name: "unhooked", Needs: []graph.Ref{{Name: "idle", At: at}}},
	}
	uses := func(name string, resources ...string) *graph.Service {
		s, _ := a.Service(name)
		for _, r := range resources {
			s.Uses = append(s.Uses, graph.Use{Resource: r, At: at})
		}
		return s
	}
	uses("orders", "kv", "there").Hooks.Before = []graph.Ref{{Name: "migrate", At: at}}
	uses("reviews", "search")
	uses("web").Hooks.After = []graph.Ref{{Name: "seed", At: at}}
	return a
}

func TestASetHasWhatIsUsedAndWhatHooksNeed(t *testing.T) {
	for _, row := range []struct {
		says string
		wish Wish
		want string
	}{
		{"a resource comes with what uses it, and what a hook and the task before that need", Wish{Names: []string{"orders"}},
			"catalog (needed by the task generate); kv (used by orders); orders (you asked)"},
		{"a task that is a hook brings what its service uses and calls, but not that service", Wish{Names: []string{"web"}},
			"catalog (called by the task seed); search (needed by the task seed); web (you asked)"},
		{"a resource can be asked for alone", Wish{Names: []string{"kv"}}, "kv (you asked)"},
		{"a group may have some", Wish{Names: []string{"data"}}, "kv (group data); search (group data)"},
		{"what nobody uses any more is left out with its users", Wish{Except: []string{"orders", "kv"}},
			"catalog (every service runs, called by reviews, called by the task seed); idle (every service runs); reviews (every service runs); " +
				"search (every service runs, used by reviews, needed by the task seed); web (every service runs)"},
	} {
		t.Run(row.says, func(t *testing.T) {
			a := stored()
			if got := drawn(a, Choose(a, row.wish)); got != row.want {
				t.Errorf("it is\n%s\nwant\n%s", got, row.want)
			}
			if err := Check(a, row.wish); err != nil {
				t.Errorf("it is refused: %v", err)
			}
		})
	}
}

func TestWhatIsOverriddenBringsNeitherResourcesNorHooks(t *testing.T) {
	a := stored().With(map[string]graph.Replaced{"orders": {Override: graph.Override{By: graph.ByURL, URL: "http://x"}}})
	if got, want := drawn(a, Choose(a, Wish{Names: []string{"orders"}})), "orders (you asked)"; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
	if err := Check(a, Wish{Names: []string{"orders"}, Except: []string{"kv"}}); err != nil {
		t.Errorf("a resource that it would use cannot be left out: %v", err)
	}
}

func TestWhatTheRestWaitsForIsNotLeftOut(t *testing.T) {
	for _, row := range []struct {
		wish  Wish
		wants string
	}{
		{Wish{Except: []string{"kv"}}, "orders uses kv, which is left out by --except kv"},
		{Wish{Names: []string{"web", "orders"}, Except: []string{"data"}}, "orders uses kv, which is left out by --except data"},
		{Wish{Names: []string{"web"}, Except: []string{"search"}}, "the task seed needs search, which is left out by --except search"},
	} {
		var d diag.Diagnostic
		if err := Check(stored(), row.wish); !errors.As(err, &d) || !strings.Contains(d.Message, row.wants) || d.At.Line != 20 || d.Hint == "" {
			t.Errorf("%v: it says %v, want %q", row.wish, err, row.wants)
		}
	}
}

// drawn is a set as a test reads it: what is in it, each with its reasons.
func drawn(a *graph.App, s Set) string {
	var lines []string
	for _, service := range a.Services {
		var whys []string
		for _, r := range s.Why(service.Name) {
			whys = append(whys, r.String())
		}
		if s.Has(service.Name) {
			lines = append(lines, service.Name+" ("+strings.Join(whys, ", ")+")")
		}
	}
	return strings.Join(lines, "; ")
}

func TestChoose(t *testing.T) {
	for _, row := range []struct {
		says string
		wish Wish
		want string
	}{
		{"a service comes with all that it calls, and with what that calls", Wish{Names: []string{"orders"}},
			"catalog (called by orders); ledger (called by payments); orders (you asked); payments (called by orders)"},
		{"what calls nothing comes alone", Wish{Names: []string{"catalog"}}, "catalog (you asked)"},
		{"a group stands for its services, and each says so", Wish{Names: []string{"checkout"}},
			"catalog (called by orders); ledger (called by payments); orders (group checkout); payments (group checkout, called by orders)"},
		{"a group of groups too", Wish{Names: []string{"front"}, Except: []string{"reviews"}},
			"catalog (called by orders); ledger (called by payments); orders (group front, called by web); payments (group front, called by orders); web (group front)"},
		{"what is left out does not run, nor what only that calls", Wish{Names: []string{"orders"}, Except: []string{"payments"}},
			"catalog (called by orders); orders (you asked)"},
		{"without names everything runs but what is left out", Wish{Except: []string{"checkout", "web"}},
			"admin (every service runs); catalog (every service runs, called by reviews); ledger (every service runs); reviews (every service runs)"},
		{"names twice are names once", Wish{Names: []string{"catalog", "catalog"}}, "catalog (you asked)"},
		{"a name that is gone is passed over, and is not everything", Wish{Names: []string{"gone"}}, ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			a := app(shop)
			if got := drawn(a, Choose(a, row.wish)); got != row.want {
				t.Errorf("it is\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestWhyNot(t *testing.T) {
	a := app(shop)
	s := Choose(a, Wish{Names: []string{"orders"}, Except: []string{"payments"}})
	for service, want := range map[string]string{
		"payments": "left out by --except payments", "ledger": "nothing in the set needs it", "admin": "nothing in the set needs it",
	} {
		if why := s.Why(service); len(why) != 1 || why[0].String() != want {
			t.Errorf("%s: %v, want %s", service, why, want)
		}
	}
	if s.Whole() || !Choose(a, Wish{}).Whole() || s.Size() != 2 {
		t.Errorf("whole %v, size %d", s.Whole(), s.Size())
	}
}

func TestAnd(t *testing.T) {
	for _, row := range []struct {
		says string
		wish Wish
		more []string
		want Wish
	}{
		{"a further name is added", Wish{Names: []string{"orders"}}, []string{"admin"}, Wish{Names: []string{"admin", "orders"}}},
		{"what was left out and is asked for runs", Wish{Except: []string{"reviews"}}, []string{"reviews"}, Wish{}},
		{"of a group that was left out the others stay out", Wish{Except: []string{"front"}}, []string{"orders"}, Wish{Except: []string{"payments", "web"}}},
		{"a group brings all of it", Wish{Names: []string{"admin"}, Except: []string{"orders", "web"}}, []string{"checkout"},
			Wish{Names: []string{"admin", "checkout"}, Except: []string{"web"}}},
		{"where everything runs, nothing is to be added", Wish{}, []string{"orders"}, Wish{}},
	} {
		t.Run(row.says, func(t *testing.T) {
			if got := row.wish.And(app(shop), row.more...); !reflect.DeepEqual(got, row.want) {
				t.Errorf("it is %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, row := range []struct {
		says  string
		wish  Wish
		wants string
	}{
		{"services and groups pass", Wish{Names: []string{"orders", "front"}, Except: []string{"reviews", "checkout"}}, "asked for, and left out by --except checkout"},
		{"a group without one of its own passes", Wish{Names: []string{"checkout"}, Except: []string{"payments"}}, ""},
		{"a slip has its nearest name", Wish{Names: []string{"ordrs"}}, `did you mean "orders"?`},
		{"a group too", Wish{Except: []string{"chekout"}}, `did you mean "checkout"?`},
		{"what is external is never run", Wish{Names: []string{"bank"}}, "external: Banyan does not run it"},
		{"what nothing is near lists some", Wish{Names: []string{"zzzzzz"}}, "there are admin, catalog"},
		{"nothing is left", Wish{Names: []string{"checkout"}, Except: []string{"checkout"}}, "leaves no service to run"},
	} {
		t.Run(row.says, func(t *testing.T) {
			err := Check(app(shop), row.wish)
			var d diag.Diagnostic
			errors.As(err, &d)
			if text := d.Message + "\n" + d.Hint; (err == nil) != (row.wants == "") || !strings.Contains(text, row.wants) {
				t.Errorf("it says %v %q, want %q", err, d.Hint, row.wants)
			}
		})
	}
}

// random is an application of a few services with calls among them, circles included, and groups that name what comes after them.
func random(r *rand.Rand) (*graph.App, []string) {
	n := 1 + r.IntN(9)
	var parts []string
	for i := range n {
		var calls []string
		for j := range n {
			if r.IntN(4) == 0 {
				calls = append(calls, fmt.Sprintf("s%d", j))
			}
		}
		parts = append(parts, fmt.Sprintf("s%d: %s", i, strings.Join(calls, " ")))
	}
	for i := range r.IntN(4) {
		members := []string{fmt.Sprintf("s%d", r.IntN(n))}
		if i > 0 && r.IntN(2) == 0 {
			members = append(members, fmt.Sprintf("g%d", i-1))
		}
		parts = append(parts, fmt.Sprintf("+g%d: %s", i, strings.Join(members, " ")))
	}
	a := app(strings.Join(parts, ";"))
	return a, Startable(a)
}

func some(r *rand.Rand, names []string, most int) []string {
	var all []string
	for range r.IntN(most + 1) {
		all = append(all, names[r.IntN(len(names))])
	}
	return all
}

func TestASetIsTheClosureAndNothingElse(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		a, names := random(r)
		w := Wish{some(r, names, 3), some(r, names, 2)}
		s := Choose(a, w)
		left := map[string]bool{}
		for name := range excepted(a, w.Except) {
			left[name] = true
		}
		for _, service := range a.Services {
			why := s.Why(service.Name)
			switch {
			case len(why) == 0:
				t.Fatalf("seed %d: nothing is said of %s", seed, service.Name)
			case left[service.Name] && s.Has(service.Name):
				t.Fatalf("seed %d: %s is left out, and in the set", seed, service.Name)
			case !s.Has(service.Name):
				continue
			}
			for _, c := range service.Calls {
				if !s.Has(c.To) && !left[c.To] {
					t.Fatalf("seed %d: %s is in the set, and %s, which it calls, is not: %+v", seed, service.Name, c.To, w)
				}
			}
		}
		reached := reach(a, w, left)
		for _, service := range a.Services {
			if s.Has(service.Name) != reached[service.Name] {
				t.Fatalf("seed %d: %s in the set: %v, reached from what was asked for: %v", seed, service.Name, s.Has(service.Name), reached[service.Name])
			}
		}
	}
}

// reach is the closure found another way: by repeating until nothing is added.
func reach(a *graph.App, w Wish, left map[string]bool) map[string]bool {
	reached := map[string]bool{}
	asked, _ := Services(a, w.Names)
	if len(w.Names) == 0 {
		for _, s := range a.Services {
			asked = append(asked, s.Name)
		}
	}
	for _, name := range asked {
		reached[name] = !left[name]
	}
	for range a.Services {
		for _, s := range a.Services {
			for _, c := range s.Calls {
				reached[c.To] = reached[c.To] || reached[s.Name] && !left[c.To]
			}
		}
	}
	return reached
}

func TestAskingForMoreTakesNothingAway(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 2))
		a, names := random(r)
		w := Wish{some(r, names, 3), some(r, names, 2)}
		more := append(some(r, names, 2), names[r.IntN(len(names))])
		before, after := Choose(a, w), Choose(a, w.And(a, more...))
		wanted, _ := Services(a, more)
		for _, s := range a.Services {
			if before.Has(s.Name) && !after.Has(s.Name) || slices.Contains(wanted, s.Name) && !after.Has(s.Name) {
				t.Fatalf("seed %d: %+v and %v lacks %s", seed, w, more, s.Name)
			}
		}
	}
}

func TestTheOrderOfNamesDecidesNothing(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 3))
		a, names := random(r)
		w := Wish{some(r, names, 4), some(r, names, 3)}
		mixed := Wish{slices.Clone(w.Names), slices.Clone(w.Except)}
		r.Shuffle(len(mixed.Names), func(i, j int) { mixed.Names[i], mixed.Names[j] = mixed.Names[j], mixed.Names[i] })
		r.Shuffle(len(mixed.Except), func(i, j int) { mixed.Except[i], mixed.Except[j] = mixed.Except[j], mixed.Except[i] })
		if !reflect.DeepEqual(Choose(a, w), Choose(a, mixed)) {
			t.Fatalf("seed %d: %+v and %+v differ", seed, w, mixed)
		}
	}
}
