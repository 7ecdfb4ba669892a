package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// The peers' files: keep-alive on both sides, no access log, as many workers as cores, which is what their guides advise.

func nginx(folder, listen, backend string) ([]string, error) {
	path := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(`daemon off; pid %[1]s/nginx.pid; error_log stderr crit; worker_processes %[2]d;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  keepalive_requests 10000000;
  upstream backend { server %[3]s; keepalive 512; keepalive_requests 10000000; }
  server { listen %[4]s; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}`, folder, runtime.NumCPU(), backend, listen)
	return []string{"nginx", "-c", path, "-p", folder}, os.WriteFile(path, []byte(text), 0o600)
}

func haproxy(folder, listen, backend string) ([]string, error) {
	path := filepath.Join(folder, "haproxy.cfg")
	text := fmt.Sprintf(`global
  nbthread %d
  maxconn 4096
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind %s
  default_backend out
backend out
  server one %s
`, runtime.NumCPU(), listen, backend)
	return []string{"haproxy", "-db", "-q", "-f", path}, os.WriteFile(path, []byte(text), 0o600)
}

func caddy(folder, listen, backend string) ([]string, error) {
	path := filepath.Join(folder, "Caddyfile")
	// A site named by an address would answer for that Host alone, with nothing for all others.
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\nhttp://:%s {\n\tbind 127.0.0.1\n\treverse_proxy %s\n}\n", port, backend)
	return []string{"caddy", "run", "--config", path, "--adapter", "caddyfile"}, os.WriteFile(path, []byte(text), 0o600)
}
