// Package dashboard is the page of a running application: a shell of plain files, and views that the server renders.
//
// In: the answers of the control API, over HTTP. Out: the shell, which holds no data and needs no token, and one HTML fragment
// for each view; page.js fetches fragments with the token in a header and puts only what changed into the page.
// Used by node, which hands it a way to the API and the guard of the views; imports no package of its row.
// Concurrency: the handler may be used from any goroutine; every view is made anew from answers, and nothing is kept.
//
// Whatever a service wrote is a Text: terminal sequences and control characters are gone once it is decoded, and html/template
// escapes what is left. The Content-Security-Policy permits the shell's own script and style sheet and nothing else.
package dashboard
