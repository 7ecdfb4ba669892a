package importer

import (
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// What redact masks is not copied; nor is what these say, since a file is kept for longer than a line of output.
var (
	secretName  = regexp.MustCompile(`(?i)(^|_)(PASS|PWD|PASSPHRASE|KEY|SALT|PAT|AUTH|ACCESS_KEY_ID)$`)
	pointerName = regexp.MustCompile(`(?i)_(FILE|PATH|TTL|EXPIRY|EXPIRES_IN|NAME|LENGTH)$`)
	// secretValue are the beginnings of well-known tokens, of JSON Web Tokens, and of PEM.
	secretValue = regexp.MustCompile(`^(sk_|rk_|sk-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|AIza|eyJ[A-Za-z0-9_-]{8,}\.|-----BEGIN )`)
)

// secret tells whether a value must not be copied: by its variable's name, by what it begins with, or since it is a URL with a password.
func secret(name, value string) bool {
	switch {
	case value == "" || value == "true" || value == "false":
		return false
	case secretValue.MatchString(value):
		return true
	case pointerName.MatchString(name):
		return redact.Variable("", value) != value
	}
	return secretName.MatchString(name) || redact.Variable(name, value) != value
}

var password = regexp.MustCompile(`://[^\s/?#:@]*:([^\s/?#]+)@`)

// hide replaces what must not be copied: a secret by its variable's name, or the password of a URL.
func (d *draft) hide(s *service, v *setting, names map[string]string) {
	value := v.value.text
	if user := password.FindStringSubmatchIndex(value); user != nil {
		word := value[user[2]:user[3]]
		if strings.ContainsFunc(word, isRef) {
			return
		}
		name := names[word]
		if name == "" {
			name = v.name + "_PASSWORD"
		}
		v.value.text = value[:user[2]] + d.refs.secret(plainName(name), word, graph.EnvName(s.name), v.value.at) + value[user[3]:]
		d.note(v.value.at, Changed, d.key(s, v), "its password is not copied")
		return
	}
	literal := strings.ContainsFunc(value, func(r rune) bool { return !isRef(r) })
	if secret(v.name, value) && literal {
		v.value.text = d.refs.secret(plainName(v.name), value, graph.EnvName(s.name), v.value.at)
		d.note(v.value.at, Changed, d.key(s, v), "a secret is not copied")
	}
}

// secretsOf are the secrets that stand in the clear anywhere in the input, by value: the name of the first variable that has it.
func (d *draft) secretsOf() map[string]string {
	names := map[string]string{}
	for _, s := range d.services {
		for _, v := range s.env {
			if secret(v.name, v.value.text) && !has(v.value.text, isRef) && !strings.Contains(v.value.text, "://") && names[v.value.text] == "" {
				names[v.value.text] = v.name
			}
		}
	}
	return names
}

// plainName is a variable's name as an expression can name it.
func plainName(name string) string { return strings.NewReplacer("-", "_", ".", "_").Replace(name) }

// An option of a command that holds a secret: --db-password=….
var secretOption = regexp.MustCompile(`(?i)^--?[a-z-]*(?:password|passwd|secret|token|api-?key)[a-z-]*=`)

// hideWords replaces secrets among the words of a command; the service gets them as variables.
func (d *draft) hideWords(s *service, words []string, key string) []string {
	all := slices.Clone(words)
	for i, word := range words {
		from, to := 0, len(word)
		if option := secretOption.FindString(word); option != "" {
			from = len(option)
		} else if user := password.FindStringSubmatchIndex(word); user != nil {
			from, to = user[2], user[3]
		}
		if from == 0 || has(word[from:to], isRef) || strings.Contains(word[from:to], "$") || from == to {
			continue
		}
		all[i] = word[:from] + d.refs.secret(graph.EnvName(s.name)+"_SECRET", word[from:to], graph.EnvName(s.name), s.at) + word[to:]
		d.note(s.at, Changed, key+".run", "a secret among its words is not copied")
	}
	return all
}
