package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// site is what every peer is given: where to listen, for what, and the backends. The peers' files keep connections alive on both sides,
// write no access log, and have as many workers as cores, which is their best case and what their guides advise.
type site struct {
	folder                 string
	cores                  int
	plain, secure, framed  string
	certificate            string
	backends, framedServed []string
}

func newSite(folder string, cores int, s *stage) site {
	return site{folder, cores, free(), free(), free(), s.certificate, s.backends, s.framed}
}

// repeat writes a line for each address.
func repeat(format string, addresses []string) string {
	var all strings.Builder
	for i, address := range addresses {
		fmt.Fprintf(&all, format, i, address)
	}
	return all.String()
}

func nginx(s site) ([]string, error) {
	path := filepath.Join(s.folder, "nginx.conf")
	text := fmt.Sprintf(`daemon off; pid %[1]s/nginx.pid; error_log stderr crit; worker_processes %[2]d; worker_rlimit_nofile 20000;
events { worker_connections 19000; }
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  keepalive_requests 100000000; keepalive_timeout 120s; http2_max_concurrent_streams 256;
  ssl_certificate %[3]s; ssl_certificate_key %[3]s; ssl_protocols TLSv1.3; ssl_ecdh_curve X25519;
  upstream backend { %[4]skeepalive 512; keepalive_requests 100000000; }
  upstream calls { %[5]skeepalive 512; keepalive_requests 100000000; }
  server {
    listen %[6]s; listen %[7]s ssl;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
    location = %[9]s { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; }
  }
  server { listen %[8]s http2; location / { grpc_pass grpc://calls; } }
}`, s.folder, s.cores, s.certificate, repeat("server %[2]s; ", s.backends), repeat("server %[2]s; ", s.framedServed),
		s.plain, s.secure, s.framed, echoPath)
	return []string{"nginx", "-c", path, "-p", s.folder}, os.WriteFile(path, []byte(text), 0o600)
}

// maxconn is what HAProxy can keep with 20,000 descriptors: it wants two for each.
func haproxy(s site) ([]string, error) {
	path := filepath.Join(s.folder, "haproxy.cfg")
	text := fmt.Sprintf(`global
  nbthread %d
  maxconn 9900
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  timeout tunnel 120s
frontend in
  bind %s
  bind %s ssl crt %s ssl-min-ver TLSv1.3 curves X25519
  default_backend out
frontend calls
  bind %s proto h2
  default_backend served
backend out
  balance roundrobin
%sbackend served
  balance roundrobin
%s`, s.cores, s.plain, s.secure, s.certificate, s.framed, repeat("  server s%d %s\n", s.backends), repeat("  server s%d %s proto h2\n", s.framedServed))
	return []string{"haproxy", "-db", "-q", "-f", path}, os.WriteFile(path, []byte(text), 0o600)
}

func caddy(s site) ([]string, error) {
	path := filepath.Join(s.folder, "Caddyfile")
	// A site named by an address would answer for that Host alone, with nothing for all others.
	text := fmt.Sprintf(`{
	admin off
	auto_https off
	storage file_system %[1]s
	log {
		level ERROR
	}
	servers {
		protocols h1 h2 h2c
	}
}
http://:%[2]s {
	bind 127.0.0.1
	reverse_proxy %[5]s {
		lb_policy round_robin
	}
}
https://:%[3]s {
	bind 127.0.0.1
	tls %[7]s %[7]s {
		protocols tls1.3
		curves x25519
	}
	reverse_proxy %[5]s {
		lb_policy round_robin
	}
}
http://:%[4]s {
	bind 127.0.0.1
	reverse_proxy %[6]s {
		lb_policy round_robin
	}
}
`, s.folder, port(s.plain), port(s.secure), port(s.framed), strings.Join(s.backends, " "), "h2c://"+strings.Join(s.framedServed, " h2c://"), s.certificate)
	return []string{"caddy", "run", "--config", path, "--adapter", "caddyfile"}, os.WriteFile(path, []byte(text), 0o600)
}

func tunedReverse(s site) ([]string, error) {
	own, err := os.Executable()
	return []string{own, "reverse", s.plain, s.secure, s.framed, s.certificate, strings.Join(s.backends, ","), strings.Join(s.framedServed, ",")}, err
}

func port(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		panic(err) // it is one of free's
	}
	return port
}
