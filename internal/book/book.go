package book

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/markdown"
)

// contents is the page that names the chapters, and in a folder the page that names the folder's.
const contents = "README.md"

// Page is one page of the book.
type Page struct {
	// Path is the file below docs, Name how a person asks for it: `guides/starting`.
	Path, Name string
	Title      string
	// Chapter is the heading under which the contents name it; Folder is the page that names it in turn, nil for most.
	Chapter string
	Folder  *Page
	Blocks  []markdown.Block
}

// Address is where the page is served.
func (p *Page) Address() string { return "/" + p.Name }

// Book is all pages in reading order; the first is the contents.
type Book struct {
	Pages  []*Page
	byPath map[string]*Page
}

// Open reads the pages that the contents name, and those that they name in their folder.
func Open(files fs.FS) (*Book, error) {
	b := &Book{byPath: map[string]*Page{}}
	first, err := b.add(files, contents, "", nil)
	if err != nil {
		return nil, err
	}
	chapter := ""
	for _, block := range first.Blocks {
		if block.Kind == markdown.Heading {
			chapter = markdown.Words(block.Text)
		}
		for _, to := range markdown.Links([]markdown.Block{block}) {
			if err := b.chapter(files, resolve(contents, to), chapter); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// chapter adds a page, and those of its folder when it is the contents of one.
func (b *Book) chapter(files fs.FS, name, chapter string) error {
	page, err := b.add(files, name, chapter, nil)
	if err != nil || page == nil || path.Base(name) != contents {
		return err
	}
	for _, to := range markdown.Links(page.Blocks) {
		inner := resolve(name, to)
		if path.Dir(inner) != path.Dir(name) {
			continue
		}
		if _, err := b.add(files, inner, chapter, page); err != nil {
			return err
		}
	}
	return nil
}

// add reads a page; nil when the name is no page's, or one that is there already.
func (b *Book) add(files fs.FS, name, chapter string, folder *Page) (*Page, error) {
	if b.byPath[name] != nil || path.Ext(name) != ".md" {
		return nil, nil
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("opening the book: %w", err)
	}
	blocks := markdown.Parse(string(text))
	if len(blocks) == 0 || blocks[0].Kind != markdown.Heading {
		return nil, fmt.Errorf("opening the book: %s begins with no title", name)
	}
	page := &Page{Path: name, Name: nameOf(name), Title: markdown.Words(blocks[0].Text), Chapter: chapter, Folder: folder, Blocks: blocks}
	b.Pages, b.byPath[name] = append(b.Pages, page), page
	return page, nil
}

// nameOf is a path without its end; that of a folder's contents is the folder's.
func nameOf(file string) string {
	name := strings.TrimSuffix(file, ".md")
	if path.Base(file) == contents {
		return strings.TrimPrefix(path.Dir(file), ".")
	}
	return name
}

// resolve is the path that a link of a page leads to, without its fragment; "" when it leads elsewhere than to a file.
func resolve(from, to string) string {
	file, _, _ := strings.Cut(to, "#")
	if file == "" || strings.Contains(file, "://") {
		return ""
	}
	return path.Join(path.Dir(from), file)
}

// Find is the pages that a person may mean: by name, by its last word, by code or by title, whatever the case; `contents` is the first.
func (b *Book) Find(words ...string) []*Page {
	asked := strings.ToLower(strings.TrimSuffix(strings.Join(words, "/"), ".md"))
	if asked == "contents" {
		return b.Pages[:1]
	}
	var near []*Page
	for _, p := range b.Pages {
		name := strings.ToLower(p.Name)
		if name == asked {
			return []*Page{p}
		}
		if path.Base(name) == asked || strings.EqualFold(p.Title, strings.Join(words, " ")) {
			near = append(near, p)
		}
	}
	return near
}

// beside are the pages before and after one; nil at the ends.
func (b *Book) beside(p *Page) (before, after *Page) {
	at := slices.Index(b.Pages, p)
	if at > 0 {
		before = b.Pages[at-1]
	}
	if at >= 0 && at+1 < len(b.Pages) {
		after = b.Pages[at+1]
	}
	return before, after
}

// Entry is the page of an error code. It reads that page alone: `banyan help` needs no more.
func Entry(files fs.FS, code diag.Code) (*Page, bool, error) {
	b := &Book{byPath: map[string]*Page{}}
	p, err := b.add(files, "errors/"+string(code)+".md", "", nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return p, p != nil, err
}
