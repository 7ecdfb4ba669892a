package redact

import (
	"net/url"
	"regexp"
	"strings"
)

// secretName finds a word that says so anywhere in a name.
var secretName = regexp.MustCompile(`(?i)(passw(or)?d|passphrase|secret|token|api_?key|private_?key|access_?key$|credential|dsn$)`)

// secretEnd finds one that says so as the last word only, for PASSENGER, MONKEY and the shell's own PWD are ordinary: DB_PASS, DB_PWD,
// STRIPE_KEY, dbPass.
var secretEnd = regexp.MustCompile(`((?i:(^|_)pass|_pwd|_key)|[a-z0-9](Pass|Pwd|Key))$`)

// ordinaryKey finds keys that open nothing: what is public, and names of records, columns and routes.
var ordinaryKey = regexp.MustCompile(`(?i)(^|_|[a-z])(public|publishable|primary|foreign|partition|shard(ing)?|sort|order|group|cache|routing|message|idempotency)_?key$`)

// tokens finds what services give out with a mark in front, so that it is known wherever it is written: GitHub, GitLab, Stripe, Slack,
// npm, OpenAI and Anthropic, SendGrid, Google, Hugging Face. A JSON Web Token has a signature; a private key in PEM has its first line.
var tokens = regexp.MustCompile(`\b(` + strings.Join([]string{
	`gh[opusr]_[A-Za-z0-9]{10,}`, `github_pat_[A-Za-z0-9_]{10,}`, `glpat-[A-Za-z0-9_-]{10,}`,
	`[sr]k_(live|test)_[A-Za-z0-9]{8,}`, `whsec_[A-Za-z0-9+/=]{10,}`,
	`xox[abeoprs]-[A-Za-z0-9-]{8,}`, `xapp-[A-Za-z0-9-]{10,}`,
	`npm_[A-Za-z0-9]{30,}`, `sk-(proj|ant|svcacct|admin)-[A-Za-z0-9_-]{16,}`, `sk-[A-Za-z0-9]{30,}`, `SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`, `AIza[A-Za-z0-9_-]{30,}`, `hf_[A-Za-z0-9]{20,}`,
	`eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
}, "|") + `)`)

const privateKey = "PRIVATE KEY-----"

// password finds what stands between the user and the host of a URL, each of several, as it is written: the parsed form has its
// escapes decoded, and would not be found again. A question or number sign in it ends nothing, for people forget to escape them.
var password = regexp.MustCompile(`(://[^\s/?#:@]*:)[^\s/]+@`)

// Variable returns the value of an environment variable as a person may see it: masked when its name says that it is a secret or its
// form is that of a key, and else without the tokens and the passwords of URLs that it carries.
func Variable(name, value string) string {
	if value != "" && isSecret(name) || strings.Contains(value, privateKey) {
		return Mask
	}
	if strings.Contains(value, "://") && strings.Contains(value, "@") {
		if _, err := url.Parse(value); err != nil {
			return Mask
		}
		value = password.ReplaceAllString(value, "${1}"+Mask+"@")
	}
	return tokens.ReplaceAllString(value, Mask)
}

// isSecret judges a variable's name, or the path of a value that ends with one.
func isSecret(name string) bool {
	if secretName.MatchString(name) {
		return true
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return secretEnd.MatchString(last) && !ordinaryKey.MatchString(last)
}
