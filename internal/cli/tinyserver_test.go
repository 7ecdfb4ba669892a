package cli

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// tinyserver is the service that sessions run: small, and broken in the way that its flags ask for.
func tinyserver(args []string) int {
	flags := flag.NewFlagSet("tinyserver", flag.ContinueOnError)
	exit := flags.Int("exit", -1, "end at once with this code")
	dies := flags.Duration("dies", 0, "end by itself with code 3 after so long")
	deaf := flags.Bool("deaf", false, "ignore SIGTERM")
	sick := flags.Bool("sick", false, "fail the health check")
	works := flags.Bool("works", false, "listen on nothing, until SIGTERM")
	says := flags.String("says", "", "write this, with variables put in, and the arguments, and end")
	gets := flags.String("gets", "", "write what a callee answers, and end")
	forks := flags.String("forks", "", "leave a process behind that ignores SIGTERM, and write its id to this file")
	if flags.Parse(args) != nil {
		return 2
	}
	if *says != "" {
		fmt.Println(strings.Join(append([]string{os.ExpandEnv(*says)}, flags.Args()...), " "))
		return 0
	}
	if *gets != "" {
		return get(os.Getenv(strings.ToUpper(*gets) + "_URL"))
	}
	fmt.Printf("level=info msg=%q\n", os.Getenv("BANYAN_INSTANCE")+" starts")
	if *exit >= 0 {
		fmt.Fprintln(os.Stderr, "FATAL cannot reach the ledger")
		return *exit
	}
	if *works {
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM)
		<-ended
		return 0
	}
	if *deaf {
		signal.Ignore(syscall.SIGTERM)
	}
	if *forks != "" {
		if err := fork(*forks); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if *dies > 0 {
		time.AfterFunc(*dies, func() {
			fmt.Fprintln(os.Stderr, "FATAL the disk is gone")
			os.Exit(3)
		})
	}
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if *sick {
			http.Error(w, "sick", http.StatusInternalServerError)
		}
	})
	http.HandleFunc("/to/", relay)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Printf("level=info msg=\"%s %s\" traceparent=%s\n", r.Method, r.URL.Path, r.Header.Get("traceparent"))
		fmt.Fprintf(w, "%s says hello\n", os.Getenv("BANYAN_SERVICE"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
	return 1
}

// fork starts the same program again and forgets it.
func fork(note string) error {
	command := exec.Command("tinyserver", "-deaf")
	command.Env = append(os.Environ(), "PORT=0")
	if err := command.Start(); err != nil {
		return err
	}
	return os.WriteFile(note, fmt.Appendf(nil, "fork %d\n", command.Process.Pid), 0o600)
}

// relay calls the service that the path names, as /to/catalog/x, and passes the trace on.
func relay(w http.ResponseWriter, r *http.Request) {
	name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/to/"), "/")
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, os.Getenv(strings.ToUpper(name)+"_URL")+"/"+path, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	request.Header.Set("traceparent", r.Header.Get("traceparent"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body) // a client that left is told nothing
}

// get writes the answer of a GET.
func get(url string) int {
	answer, err := http.Get(url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer answer.Body.Close()
	_, _ = io.Copy(os.Stdout, answer.Body)
	return 0
}
