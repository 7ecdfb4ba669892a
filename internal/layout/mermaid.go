package layout

import (
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
)

// Flowchart is the application as a Mermaid flowchart. Ids have a prefix: `end` and other words are Mermaid's own.
func Flowchart(app *graph.App) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	fmt.Fprintf(&b, "  %s([gateway])\n", vertex(graph.Gateway))
	for _, service := range app.Services {
		if service.Resource == nil {
			fmt.Fprintf(&b, "  %s[\"%s\"]\n", vertex(service.Name), label(service))
		}
	}
	for _, r := range app.Resources {
		fmt.Fprintf(&b, "  %s[(\"%s\")]\n", vertex(r.Name), r.Name)
	}
	for _, external := range app.External {
		fmt.Fprintf(&b, "  %s{{\"%s\"}}\n", vertex(external.Name), external.Name)
	}
	for _, name := range app.Callees() {
		if paths := RoutesTo(app, name); len(paths) > 0 {
			fmt.Fprintf(&b, "  %s -->|\"%s\"| %s\n", vertex(graph.Gateway), escaped(strings.Join(paths, "\n")), vertex(name))
		}
	}
	for _, service := range app.Services {
		for _, c := range service.Calls {
			fmt.Fprintf(&b, "  %s --> %s\n", vertex(service.Name), vertex(c.To))
		}
		for _, u := range service.Uses {
			fmt.Fprintf(&b, "  %s -.-> %s\n", vertex(service.Name), vertex(u.Resource))
		}
	}
	return b.String()
}

func label(service *graph.Service) string {
	if service.Owner == "" {
		return service.Name
	}
	return service.Name + "<br/>" + escaped(service.Owner)
}

func vertex(name string) string { return "s_" + strings.ReplaceAll(name, "-", "_") }

// escaped is text inside of Mermaid's quotes, where entities stand for what would end it or be read as Markdown.
func escaped(text string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "*", "#42;", "\n", "<br/>").Replace(text)
}
