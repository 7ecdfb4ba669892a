package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var (
	h2specTotal  = regexp.MustCompile(`(\d+) tests, (\d+) passed`)
	h2specFailed = regexp.MustCompile(`(?m)^\s+× \d+: (.*)$`)
)

func h2spec(ctx context.Context, s *stage) (result, error) {
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return result{}, err
	}
	out, err := s.command(ctx, "bin/conformance/h2spec", "-S", "-h", host, "-p", port, "-P", "/plain/", "-o", "3")
	total := h2specTotal.FindStringSubmatch(out)
	if total == nil {
		return result{}, fmt.Errorf("%w\n%s", err, out)
	}
	var r result
	r.total, _ = strconv.Atoi(total[1])
	r.passed, _ = strconv.Atoi(total[2])
	_, failures, _ := strings.Cut(out, "Failures:")
	for _, m := range h2specFailed.FindAllStringSubmatch(failures, -1) {
		r.failed = append(r.failed, m[1])
	}
	return r, nil
}

var interopCases = []string{
	"empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "timeout_on_sleeping_server",
	"cancel_after_begin", "cancel_after_first_response", "status_code_and_message", "special_status_message", "custom_metadata",
	"unimplemented_method", "unimplemented_service",
}

func interop(ctx context.Context, s *stage) (result, error) {
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return result{}, err
	}
	r := result{total: len(interopCases)}
	for _, name := range interopCases {
		if _, err := s.command(ctx, "bin/conformance/grpc-client", "--server_host="+host, "--server_port="+port, "--test_case="+name); err != nil {
			r.failed = append(r.failed, name)
			continue
		}
		r.passed++
	}
	return r, nil
}

const connectConfig = `features:
  versions: [HTTP_VERSION_1, HTTP_VERSION_2]
  protocols: [PROTOCOL_CONNECT, PROTOCOL_GRPC, PROTOCOL_GRPC_WEB]
  codecs: [CODEC_PROTO, CODEC_JSON]
  compressions: [COMPRESSION_IDENTITY, COMPRESSION_GZIP]
  supportsTls: false
  supportsH2c: true
  supportsTlsClientCerts: false
  supportsHalfDuplexBidiOverHttp1: true
`

var connectTotal = regexp.MustCompile(`(\d+) passed, (\d+) failed`)

func connect(ctx context.Context, s *stage) (result, error) {
	config := filepath.Join(s.folder, "connect.yaml")
	if err := os.WriteFile(config, []byte(connectConfig), 0o600); err != nil {
		return result{}, err
	}
	own, err := os.Executable()
	if err != nil {
		return result{}, err
	}
	reference, err := filepath.Abs("bin/conformance/referenceserver")
	if err != nil {
		return result{}, err
	}
	out, err := s.command(ctx, "bin/conformance/connectconformance", "--conf", config, "--mode", "server", "--", own, "proxied", reference)
	total := connectTotal.FindStringSubmatch(out)
	if total == nil {
		return result{}, fmt.Errorf("%w\n%s", err, out)
	}
	passed, _ := strconv.Atoi(total[1])
	failed, _ := strconv.Atoi(total[2])
	r := result{passed: passed, total: passed + failed}
	for line := range strings.Lines(out) {
		if name, is := strings.CutPrefix(line, "FAILED: "); is {
			r.failed = append(r.failed, strings.TrimRight(name, ":\n"))
		}
	}
	return r, nil
}

// slow opens 200 connections that are slow in one way each time, and has it probe the gateway from another meanwhile.
func slow(ctx context.Context, s *stage) (result, error) {
	var r result
	base := []string{"-c", "200", "-r", "200", "-l", "8", "-i", "1", "-p", "4", "-u"}
	for _, one := range []struct {
		name, path string
		flags      []string
	}{
		{"slow heads", "/plain/fast", []string{"-H"}},
		{"slow bodies", "/plain/echo", []string{"-B", "-s", "100000"}},
		{"slow readers", "/plain/large", []string{"-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32"}},
	} {
		r.total++
		out, err := s.command(ctx, "slowhttptest", append(append(one.flags, base...), "http://"+s.address+one.path)...)
		// The last word on the service is what counts: it is printed again and again.
		last := out[max(strings.LastIndex(out, "service available"), 0):]
		if !strings.HasPrefix(last, "service available") {
			return r, fmt.Errorf("%w\n%s", err, out)
		}
		if strings.Contains(strings.SplitN(last, "\n", 2)[0], "YES") {
			r.passed++
		} else {
			r.failed = append(r.failed, one.name)
		}
	}
	return r, nil
}

func curl(ctx context.Context, s *stage) (result, error) {
	at := "http://" + s.address + "/plain/"
	var r result
	for _, version := range []string{"--http1.0", "--http1.1", "--http2-prior-knowledge"} {
		for _, one := range []struct {
			name, want string
			arguments  []string
		}{
			{"GET", "fast", []string{at + "fast"}},
			{"HEAD", "200", []string{"-I", "-w", "%{http_code}", "-o", "/dev/null", at + "echo"}},
			{"POST", "a=1", []string{"-d", "a=1", at + "echo"}},
			{"PUT of a stream", "streamed", []string{"-T", "-", at + "echo"}},
			{"a large body with 100-continue", "2000000", []string{"-H", "Expect: 100-continue", "--data-binary", "@large", "-w", "%{size_download}", "-o", "/dev/null", at + "echo"}},
			{"a refused upload", "403", []string{"--data-binary", "@large", "-w", "%{http_code}", "-o", "/dev/null", at + "refuse"}},
			{"a large answer", "4194304", []string{"-w", "%{size_download}", "-o", "/dev/null", at + "large"}},
			{"early hints", "page", []string{at + "early"}},
			{"two requests on one connection", "fastfast", []string{at + "fast", at + "fast"}},
			{"an escaped slash", "400", []string{"-w", "%{http_code}", "-o", "/dev/null", at + "a%2Fb"}},
		} {
			if version == "--http1.0" && (strings.Contains(one.name, "stream") || strings.Contains(one.name, "continue")) {
				continue // HTTP/1.0 has neither
			}
			if version == "--http2-prior-knowledge" && strings.HasPrefix(one.name, "two") {
				continue // curl 7.88 does not send the second one, to no server
			}
			r.total++
			out, err := s.shell(ctx, version, one.arguments)
			if err == nil && strings.HasSuffix(out, one.want) {
				r.passed++
				continue
			}
			r.failed = append(r.failed, version+": "+one.name)
		}
	}
	return r, nil
}

// shell runs curl with a word on its standard input and a large file beside it.
func (s *stage) shell(ctx context.Context, version string, arguments []string) (string, error) {
	large := filepath.Join(s.folder, "large")
	if _, err := os.Stat(large); err != nil {
		if err := os.WriteFile(large, make([]byte, 2_000_000), 0o600); err != nil {
			return "", err
		}
	}
	all := append([]string{"-c", `printf streamed | curl -s --max-time 20 --path-as-is "$@"`, "curl", version}, arguments...)
	return s.command(ctx, "sh", all...)
}

var h2loadTotal = regexp.MustCompile(`(\d+) total, \d+ started, \d+ done, (\d+) succeeded`)

func h2load(ctx context.Context, s *stage) (result, error) {
	out, err := s.command(ctx, "h2load", "-n", "20000", "-c", "10", "-m", "100", "http://"+s.address+"/plain/fast")
	total := h2loadTotal.FindStringSubmatch(out)
	if total == nil {
		return result{}, fmt.Errorf("%w\n%s", err, out)
	}
	var r result
	r.total, _ = strconv.Atoi(total[1])
	r.passed, _ = strconv.Atoi(total[2])
	return r, nil
}

var websocketTotal = regexp.MustCompile(`(\d+) passed of (\d+)`)

func websocket(ctx context.Context, s *stage) (result, error) {
	script, err := filepath.Abs("bench/conformance/websocket.js")
	if err != nil {
		return result{}, err
	}
	out, err := s.command(ctx, "env", "SUITES="+nodeFolder(), "node", script, "client", "ws://"+s.address+"/echo")
	total := websocketTotal.FindStringSubmatch(out)
	if total == nil {
		return result{}, fmt.Errorf("%w\n%s", err, out)
	}
	var r result
	r.passed, _ = strconv.Atoi(total[1])
	r.total, _ = strconv.Atoi(total[2])
	for line := range strings.Lines(out) {
		if name, is := strings.CutPrefix(line, "FAILED: "); is {
			r.failed = append(r.failed, strings.TrimSpace(name))
		}
	}
	return r, nil
}
