package supervise

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/graph"
)

// Order says which instance to keep. It is immutable once given.
type Order struct {
	App     *graph.App
	Service *graph.Service
	// Number is the instance's, from 1.
	Number  int
	Release string
	// Generation tells instances of one release apart that an operator's restart lies between.
	Generation int
	// Debug is the session under whose debugger it is started; nil for none.
	Debug *debugger.Session
	// Why is for the journal.
	Why string
}

// ID is the instance's name, `orders.2`.
func (o Order) ID() string { return ID(o.Service.Name, o.Number) }

// ID joins a service and a number.
func ID(service string, number int) string { return service + "." + strconv.Itoa(number) }

// Split is the service and the number of an instance's name.
func Split(id string) (service string, number int, is bool) {
	service, text, found := strings.Cut(id, ".")
	number, err := strconv.Atoi(text)
	return service, number, found && err == nil
}

// meta is what the keeper keeps for the next control process.
func (o Order) meta(port int) map[string]string {
	meta := map[string]string{
		"service": o.Service.Name, "number": strconv.Itoa(o.Number), "release": o.Release,
		"generation": strconv.Itoa(o.Generation), "port": strconv.Itoa(port),
	}
	if o.Debug != nil {
		meta["debug"] = o.Debug.Text()
	}
	return meta
}

// orderOf reads meta back. A service that the app no longer has gets one that can be stopped, and nothing else.
func orderOf(app *graph.App, meta map[string]string) (Order, int, error) {
	number, err := strconv.Atoi(meta["number"])
	if err != nil || meta["service"] == "" {
		return Order{}, 0, fmt.Errorf("reading what the keeper kept: %q is no number of an instance", meta["number"])
	}
	generation, _ := strconv.Atoi(meta["generation"])
	port, _ := strconv.Atoi(meta["port"])
	service, known := app.Service(meta["service"])
	if !known {
		service = &graph.Service{Name: meta["service"], Grace: graph.DefaultGrace, Health: graph.Health{
			Kind: graph.ByPort, Interval: graph.DefaultHealthInterval, Timeout: graph.DefaultHealthTimeout,
			Within: graph.DefaultHealthWithin, Threshold: graph.DefaultHealthThreshold,
		}}
	}
	return Order{
		App: app, Service: service, Number: number, Release: meta["release"], Generation: generation, Debug: debugger.Parse(meta["debug"]),
		Why: "taken over",
	}, port, nil
}
