package cli

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/docs"
	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/book"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// mostFound bounds the places that a search prints.
const mostFound = 10

func (s *shell) docsCommand() *cobra.Command {
	port, show := 0, false
	cmd := &cobra.Command{
		Use: "docs [page | code | word ...]", Short: "Read the book: offline, as pages or in the terminal",
		Long: "Without arguments serve the book at an address of this machine, from this binary alone, and open it where there is a browser " +
			"and a terminal; Ctrl-C ends it. With the name of a page or a code print that page; with other words search for them.",
		Example:           "  banyan docs\n  banyan docs install\n  banyan docs errors BYN-1007\n  banyan docs retry after 503",
		ValidArgsFunction: pages,
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := book.Open(docs.Pages)
			if err != nil {
				return err
			}
			if len(args) > 0 {
				return s.consult(b, args)
			}
			return s.serveDocs(cmd.Context(), b, port, show)
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "the `port` of 127.0.0.1 to serve at; a free one when it is 0")
	cmd.Flags().BoolVar(&show, "print", false, "print the address and open nothing")
	s.outputFlag(cmd)
	return cmd
}

// reading is a page as -o json prints it.
type reading struct {
	Page  string `json:"page"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// consult prints the page that is meant, or else what a search finds.
func (s *shell) consult(b *book.Book, words []string) error {
	found := b.Find(words...)
	if len(found) == 1 {
		p := found[0]
		return s.list(reading{p.Name, p.Title, p.Text(terminal.Screen{}, s.columns())}, func() { s.printf("%s", p.Text(s.Screen, s.columns())) })
	}
	hits := book.Hits(found)
	if len(hits) == 0 {
		hits = b.Index().Search(strings.Join(words, " "), mostFound)
	}
	if len(hits) == 0 && !s.asJSON() {
		d := diag.At(diag.Position{}, diag.NoSuchThing, "no page of the book has %q", strings.Join(words, " "))
		return d.WithHint("banyan docs contents lists the pages")
	}
	return s.list(hits, func() { s.printf("%s", book.Listing(hits, s.Screen, s.columns())) })
}

// address is where the book is served, as -o json prints it.
type address struct {
	Address string `json:"address"`
}

func (s *shell) serveDocs(ctx context.Context, b *book.Book, port int, show bool) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		d := diag.At(diag.Position{}, diag.PortTaken, "the book cannot be served at 127.0.0.1:%d: %v", port, err)
		return d.WithHint("leave --port out, and a free one is taken")
	}
	url := "http://" + l.Addr().String() + "/"
	_ = s.list(address{url}, func() {
		s.printf("%s\n", url)
		s.note("%s\n", s.paint(terminal.Dim, "Ctrl-C ends it"))
	})
	if !show && s.Screen.Width > 0 {
		if err := browse(ctx, url); err != nil {
			fmt.Fprintf(s.Err, "no browser was opened: %s\n", err)
		}
	}
	return book.Serve(ctx, l, api.Local(book.Handler(b, docs.Pages)))
}

// pages completes the names of pages.
func pages(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	b, err := book.Open(docs.Pages)
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var all []string
	for _, p := range b.Pages[1:] {
		all = append(all, cobra.CompletionWithDesc(p.Name, p.Title))
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
