package dashboard

import (
	"net/http"
	"time"
)

// Handler answers the shell at every address of a view, to anybody, and the views below /view/, which guard protects. Any other
// address is the shell too, with 404: its view says that there is no such page. The views ask the control API through api; its requests carry no token. Who mounts it checks Host and Origin before it.
func Handler(api http.RoundTripper, guard func(http.Handler) http.Handler) http.Handler {
	pages := views{ask: asker{api}, templates: parse(), now: time.Now}
	mux := http.NewServeMux()
	for path, view := range pages.table() {
		mux.HandleFunc("GET "+path, shell(http.StatusOK))
		mux.Handle("GET /view"+path, guard(pages.serve(view)))
	}
	mux.HandleFunc("/", elsewhere)
	mux.Handle("/view/", guard(http.HandlerFunc(pages.unknown)))
	for name := range files() {
		mux.HandleFunc("GET /"+name, file(name))
	}
	return protected(mux)
}

// elsewhere answers at addresses that no view has, and to methods that none takes.
func elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This page is read only.", http.StatusMethodNotAllowed)
		return
	}
	shell(http.StatusNotFound)(w, r)
}

// policy lets the page load its own script and style sheet, ask its own origin, and be framed by nobody.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
