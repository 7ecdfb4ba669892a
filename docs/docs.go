// Package docs holds the pages of the book, as they lie in this folder, for the binary to serve and print.
package docs

import "embed"

// Pages are all pages and what they link to here.
//
//go:embed *.md *.json decisions guides errors reference
var Pages embed.FS
