package doctor

import (
	"bytes"
	"context"
	"fmt"
)

// authorities looks at the files with a company's own certificate authorities, where the environment names them.
func authorities(read func(path string) ([]byte, error)) Check {
	names := []string{"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
	return Check{Name: "authorities", Why: "behind a company's proxy, builds that download and services that call the outside trust what these files hold", Look: func(_ context.Context, s Subject) []Result {
		var found []Result
		set := 0
		for _, name := range names {
			path := outside(s, name)
			if path == "" {
				continue
			}
			set++
			switch text, err := read(path); {
			case err != nil:
				found = append(found, failed(fmt.Sprintf("%s names %s, which cannot be read: %s", name, path, cause(err)), "unset "+name+", or put the file there")...)
			case !bytes.Contains(text, []byte("-----BEGIN ")):
				found = append(found, failed(fmt.Sprintf("%s names %s, which holds no certificate in PEM", name, path), "openssl x509 -inform der -in "+quoted(path)+" -out ca.pem, and name that")...)
			}
		}
		switch {
		case len(found) > 0:
			return found
		case set == 0:
			return fine("the environment names none beside the system's")
		}
		return fine("%s of the environment can be read", counted(set, "file"))
	}}
}
