package node

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// beService is a small service that does what the words after its role say: late=300ms, ignore-term, fork, exit=3, unhealthy,
// elsewhere, abrupt.
func beService() error {
	words := map[string]string{}
	for _, word := range os.Args[2:] {
		key, value, _ := strings.Cut(word, "=")
		words[key] = value
	}
	if text, is := words["exit"]; is {
		fmt.Fprintln(os.Stderr, "FATAL: environment variable LEDGER is not set")
		code, _ := strconv.Atoi(text)
		os.Exit(code)
	}
	if _, is := words["fork"]; is {
		child := exec.Command("sleep", "300")
		if err := child.Start(); err != nil {
			return err
		}
	}
	if text, is := words["late"]; is {
		d, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		<-time.After(d)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if _, is := words["abrupt"]; is {
		stop() // SIGTERM ends it, whatever is open
		ctx = context.Background()
	}
	if _, is := words["ignore-term"]; is {
		signal.Ignore(syscall.SIGTERM)
		ctx = context.Background()
	}
	_, unhealthy := words["unhealthy"]
	port := os.Getenv("PORT")
	if _, is := words["elsewhere"]; is {
		port = "0"
	}
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: serviceHandler(unhealthy)}
	fmt.Printf("{\"level\":\"info\",\"msg\":\"listening\",\"port\":%q}\n", os.Getenv("PORT"))
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.Background())
	}
}

// echo changes to a protocol that says back what it hears.
func echo(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	_, _ = io.Copy(conn, conn)
}

// seenBy is what the service tells of a request.
type seenBy struct {
	Service, Instance, Method, Path, Host string
	PID                                   int
	Header                                http.Header
	Word                                  string
}

func serviceHandler(unhealthy bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if unhealthy {
			http.Error(w, "cannot reach the ledger", http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/exit/{code}", func(_ http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		os.Exit(code)
	})
	mux.HandleFunc("/say/{text}", func(_ http.ResponseWriter, r *http.Request) { fmt.Println(r.PathValue("text")) })
	mux.HandleFunc("/wait/{time}", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.PathValue("time"))
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/until/{file}", func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println("waiting")
		for r.Context().Err() == nil {
			if _, err := os.Stat(r.PathValue("file")); err == nil {
				return
			}
			<-time.After(5 * time.Millisecond)
		}
	})
	mux.HandleFunc("/straight/{address}/{name}", func(w http.ResponseWriter, r *http.Request) {
		// It trusts whatever comes: what counts is whether the gateway lets it.
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: r.PathValue("name")}}
		defer transport.CloseIdleConnections()
		request, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, "https://"+r.PathValue("address")+"/hello", nil)
		request.Host = r.PathValue("name")
		answer, err := transport.RoundTrip(request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		fmt.Fprintln(w, answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	})
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/call/{name}/{rest...}", func(w http.ResponseWriter, r *http.Request) {
		if d, err := time.ParseDuration(r.Header.Get("X-Wait")); err == nil {
			<-time.After(d)
		}
		request, err := http.NewRequestWithContext(r.Context(), r.Method, os.Getenv(strings.ToUpper(r.PathValue("name"))+"_URL")+"/"+r.PathValue("rest"), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		request.Header.Set("Traceparent", r.Header.Get("Traceparent"))
		if host := r.Header.Get("X-Host"); host != "" {
			request.Host = host
		}
		pass(w, request)
	})
	mux.HandleFunc("/at/{address}", func(w http.ResponseWriter, r *http.Request) {
		request, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+r.PathValue("address")+"/", nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		pass(w, request)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(seenBy{
			Service: os.Getenv("BANYAN_SERVICE"), Instance: os.Getenv("BANYAN_INSTANCE"), Method: r.Method, Path: r.URL.Path, Host: r.Host,
			PID: os.Getpid(), Header: r.Header, Word: os.Getenv("WORD"),
		})
	})
	return mux
}

func pass(w http.ResponseWriter, request *http.Request) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}
