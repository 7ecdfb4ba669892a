package book

// chapter is one heading of the contents with its pages.
type chapter struct {
	Title   string
	Entries []*entry
}

// entry is a page in the list of contents. Inner are those of its folder, listed where the reader is in it, and always where the
// folder is the whole chapter.
type entry struct {
	Page  *Page
	Here  bool
	Inner []*entry
}

// chapters is the list of contents as it stands beside a page; nil is beside none.
func (b *Book) chapters(here *Page) []chapter {
	var all []chapter
	folders := map[*Page]*entry{}
	for _, p := range b.Pages[1:] { // without the contents themselves
		e := &entry{Page: p, Here: p == here}
		if p.Folder != nil {
			folders[p.Folder].Inner = append(folders[p.Folder].Inner, e)
			continue
		}
		if len(all) == 0 || all[len(all)-1].Title != p.Chapter {
			all = append(all, chapter{Title: p.Chapter})
		}
		folders[p] = e
		last := &all[len(all)-1]
		last.Entries = append(last.Entries, e)
	}
	for _, c := range all {
		for _, e := range c.Entries {
			if within := here != nil && (here == e.Page || here.Folder == e.Page); !within && len(c.Entries) > 1 {
				e.Inner = nil
			}
		}
	}
	return all
}
