// Package markdown reads the part of CommonMark that our documents use, and writes it as HTML.
//
// In: the text of one page. Out: blocks and spans, which others draw in their own way, and HTML in which every text is escaped:
// there is no raw HTML, no image and no script in the subset. What it does not know stays text, so no input is an error.
// Used by book; imports the standard library only.
// Concurrency: values and pure functions.
//
// The subset: ATX headings, paragraphs, fenced code, lists with nesting, tables (GitHub's), HTML comments, which are left out; and
// in a line code, strong, emphasis, links and backslash escapes.
package markdown
