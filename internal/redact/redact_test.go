package redact

import (
	"strings"
	"testing"
)

func TestTextMasksTheLongestSecretWhole(t *testing.T) {
	var s Set
	if err := s.Replace([]string{"hunter2", "hunter2-and-more"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Text("a hunter2-and-more b hunter2"); got != "a "+Mask+" b "+Mask {
		t.Fatalf("masked: %q", got)
	}
}

func TestAShortSecretIsRefusedAndChangesNothing(t *testing.T) {
	var s Set
	if err := s.Replace([]string{"hunter2"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Replace([]string{"abc"}); err == nil {
		t.Fatal("a secret of three bytes was taken")
	}
	if got := s.Text("hunter2"); got != Mask {
		t.Fatalf("the earlier secret is shown: %q", got)
	}
}

func TestWriterReportsWhatItWasGiven(t *testing.T) {
	var s Set
	var b strings.Builder
	if err := s.Replace([]string{"hunter2"}); err != nil {
		t.Fatal(err)
	}
	n, err := s.Writer(&b).Write([]byte("x hunter2"))
	if n != 9 || err != nil || b.String() != "x "+Mask {
		t.Fatalf("wrote %d, %v: %q", n, err, b.String())
	}
}

func TestVariable(t *testing.T) {
	rows := []struct{ sentence, name, value, want string }{
		{"an ordinary value is shown", "CURRENCY", "EUR", "EUR"},
		{"a name that says secret is masked", "STRIPE_API_KEY", "sk_live", Mask},
		{"a URL's password is masked", "DATABASE_URL", "postgres://u:pw@h/db", "postgres://u:" + Mask + "@h/db"},
		{"with its escapes", "DATABASE_URL", "postgres://u:p%40ss@h/db", "postgres://u:" + Mask + "@h/db"},
		{"of each of several URLs", "BROKERS", "amqp://u:one@a,amqp://u:two@b", "amqp://u:" + Mask + "@a,amqp://u:" + Mask + "@b"},
		{"a number sign that should be escaped included", "DATABASE_URL", "postgres://u:12#three@h/db", "postgres://u:" + Mask + "@h/db"},
		{"a URL without a user", "REDIS_URL", "redis://:pw@h", "redis://:" + Mask + "@h"},
		{"a port is no password", "X_URL", "http://h:80/@scope/package", "http://h:80/@scope/package"},
		{"a URL that is malformed is masked whole", "X_URL", "postgres://u:%zz@h", Mask},
		{"a URL without a password is shown", "X_URL", "http://user@h/", "http://user@h/"},
		{"an empty secret is shown as empty", "TOKEN", "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := Variable(row.name, row.value); got != row.want {
				t.Fatalf("%s=%s shown as %q, want %q", row.name, row.value, got, row.want)
			}
		})
	}
}

func TestNamesThatSayThatTheyAreSecrets(t *testing.T) {
	for _, name := range []string{
		"DB_PASS", "PASS", "SMTP_PWD", "db_pwd", "MYSQL_PWD", "STRIPE_KEY", "SIGNING_KEY", "ENCRYPTION_KEY", "SSH_PRIVATE_KEY", "APIKEY", "API_KEY",
		"AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "MYSQL_PASSWD", "SSH_PASSPHRASE", "SENTRY_DSN", "dbPass", "signingKey", "GITHUB_TOKEN",
		"services.orders.env.DB_PASS", "services.orders.env.STRIPE_KEY",
	} {
		if got := Variable(name, "an ordinary value"); got != Mask {
			t.Errorf("%s is shown: %q", name, got)
		}
	}
	for _, name := range []string{
		"KEYBOARD", "MONKEY", "PASSENGER", "PASSENGERS_URL", "BYPASS", "COMPASS", "PWD", "OLDPWD", "KEY", "KEY_COUNT", "KEYSPACE", "TURKEY", "HOCKEY_URL",
		"JWT_PUBLIC_KEY", "PUBLIC_KEY", "publicKey", "STRIPE_PUBLISHABLE_KEY", "PARTITION_KEY", "partitionKey", "SORT_KEY", "KAFKA_ROUTING_KEY",
		"PASS_THROUGH", "KEY_FILE", "MAX_PASSES", "services.pass.owner", "services.orders.env.MONKEY", "monkey", "passenger", "keyboard", "",
	} {
		if got := Variable(name, "an ordinary value"); got != "an ordinary value" {
			t.Errorf("%s is shown as %q", name, got)
		}
	}
}

func TestTokensAreKnownByTheirForm(t *testing.T) {
	const some = "abcdefghij0123456789ABCDEFGHIJ0123456789"
	rows := []struct{ sentence, value, want string }{
		{"of GitHub", "ghp_" + some, Mask},
		{"of GitHub, fine-grained", "github_pat_" + some, Mask},
		{"of Stripe", "sk_live_" + some, Mask},
		{"of Stripe, restricted", "rk_test_" + some, Mask},
		{"of Slack", "xoxb-123456789012-abcdef", Mask},
		{"of GitLab", "glpat-" + some, Mask},
		{"of npm", "npm_" + some, Mask},
		{"of OpenAI", "sk-proj-" + some, Mask},
		{"a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxNyJ9.c2lnbmF0dXJl", Mask},
		{"a private key", "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----", Mask},
		{"within text", "Bearer ghp_" + some + " of me", "Bearer " + Mask + " of me"},
		{"in a URL", "https://ghp_" + some + "@github.com/a", "https://" + Mask + "@github.com/a"},
		{"a public key is shown", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----"},
		{"one that is published is shown", "pk_live_" + some, "pk_live_" + some},
		{"a word with such a beginning is shown", "task_live_migration sk-learn ghp_x npm_config hf_hub sk_test_", "task_live_migration sk-learn ghp_x npm_config hf_hub sk_test_"},
		{"a name of a host with such a beginning is shown", "http://sk-orders-service-of-the-shop.example:80/xoxo", "http://sk-orders-service-of-the-shop.example:80/xoxo"},
		{"a module's version is shown", "v0.0.0-20240102150405-abcdef012345", "v0.0.0-20240102150405-abcdef012345"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := Variable("ORDINARY", row.value); got != row.want {
				t.Fatalf("%q is shown as %q, want %q", row.value, got, row.want)
			}
		})
	}
}

func TestTextMasksASecretAsItIsWrittenElsewhere(t *testing.T) {
	var s Set
	const pem = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQ==\n-----END KEY-----\n"
	if err := s.Replace([]string{`a"b<c d/e`, pem}); err != nil {
		t.Fatal(err)
	}
	rows := []struct{ sentence, text, want string }{
		{"in a JSON line", `{"token":"a\"b<c d/e"}`, `{"token":"` + Mask + `"}`},
		{"in a JSON line of Go", `{"token":"a\"b\u003cc d/e"}`, `{"token":"` + Mask + `"}`},
		{"in a query", "GET /?t=a%22b%3Cc+d%2Fe", "GET /?t=" + Mask},
		{"in a path", "GET /a%22b%3Cc%20d%2Fe/x", "GET /" + Mask + "/x"},
		{"one line of several", "key: MIIEvQIBADANBgkqhkiG9w0B", "key: " + Mask},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := s.Text(row.text); got != row.want {
				t.Fatalf("%q, want %q", got, row.want)
			}
		})
	}
}
