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
