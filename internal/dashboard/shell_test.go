package dashboard_test

import (
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestTheShellIsPublicAndHoldsNothing(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	first := ask(t, h, "/", "")
	for _, path := range append(every, "/page.js", "/style.css", "/icon.svg") {
		answer := ask(t, h, path, "")
		if answer.Code != http.StatusOK {
			t.Errorf("%s answered %d without a token", path, answer.Code)
		}
		if !strings.Contains(path, ".") && answer.Body.String() != first.Body.String() {
			t.Errorf("%s is not the shell", path)
		}
		if strings.Contains(answer.Body.String(), "shop") {
			t.Errorf("%s shows something of the application to somebody without a token", path)
		}
	}
}

// The script asks for the view of its own address, which says what is wrong.
func TestAWrongAddressIsTheShellWithItsStatus(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	right := ask(t, h, "/", "").Body.String()
	for _, path := range []string{"/nope", "/services/", "/service/", "/service/orders/more", "/page.html", "/v1", "/nope.js"} {
		answer := ask(t, h, path, "")
		if answer.Code != http.StatusNotFound || answer.Body.String() != right || answer.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s answered %d, %s: %.60s", path, answer.Code, answer.Header().Get("Content-Type"), answer.Body)
		}
		if view := ask(t, h, "/view"+path, token); view.Code != http.StatusNotFound || !strings.Contains(view.Body.String(), "There is no such page") {
			t.Errorf("the view of %s answered %d: %s", path, view.Code, view.Body)
		}
	}
}

func TestViewsNeedTheToken(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	for _, path := range append(every, "/nope", "/../view/") {
		for _, given := range []string{"", "wrong"} {
			if answer := ask(t, h, "/view"+path, given); answer.Code == http.StatusOK || strings.Contains(answer.Body.String(), "shop") {
				t.Errorf("/view%s with the token %q answered %d: %s", path, given, answer.Code, answer.Body)
			}
		}
	}
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	for _, path := range []string{"/", "/page.js", "/view/", "/view/nope", "/nope"} {
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		} {
			if got := ask(t, h, path, token).Header().Get(name); got != want {
				t.Errorf("%s of %s is %q, want %q", name, path, got, want)
			}
		}
	}
}

func TestTheShellOnlyAnswersReads(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	for _, path := range []string{"/", "/view/", "/page.js"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := newRecorder()
		h.ServeHTTP(w, r)
		if w.Code < 400 {
			t.Errorf("POST %s answered %d", path, w.Code)
		}
	}
}

var (
	foreign = regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.-]+\.[a-z]`)
	inline  = regexp.MustCompile(`(?i)<script(>| [^>]*[^r]>)|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:`)
)

// The policy would stop both at run time; this says so before.
func TestFilesNameNoForeignAddressAndNothingInline(t *testing.T) {
	for _, folder := range []string{"page", "view"} {
		err := fs.WalkDir(os.DirFS("."), folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			bare := strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", "") // a name, which nothing fetches
			if found := foreign.FindString(bare); found != "" {
				t.Errorf("%s names the foreign address %s", path, found)
			}
			if strings.HasSuffix(path, ".html") {
				if found := inline.FindString(strings.ReplaceAll(bare, ` src="/page.js" defer`, " r")); found != "" {
					t.Errorf("%s has %q inline, which the policy does not let run", path, found)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
