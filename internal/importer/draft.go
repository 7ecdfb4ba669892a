package importer

import (
	"io/fs"

	"github.com/banyan-run/banyan/internal/diag"
)

// draft is an application while it is put together.
type draft struct {
	folder fs.FS
	files  map[string]*file
	found  diag.List
	report Report
	app    string
	// trees are what was parsed, walked at the end for keys that nobody asked for.
	trees []*node
	// variables are those of .env by name.
	variables map[string]*variable
	refs      refs
	services  []*service
	// linked are the further names that links give: the service and the name.
	linked [][2]string
	routes []route
	listen string
}

func newDraft(folder fs.FS) *draft {
	return &draft{folder: folder, files: map[string]*file{}, variables: map[string]*variable{}}
}

// kind is what becomes of a service.
type kind int

// A process is run by Banyan; a site answers HTTP and is an external; an opaque one speaks a protocol that edges to externals do not
// carry; a dropped one cannot be reached by anybody.
const (
	process kind = iota
	site
	opaque
	dropped
)

// service is one service of the input.
type service struct {
	// was is its name in the input, name the one in banyan.yaml.
	was, name string
	at        diag.Position
	kind      kind
	// aliases are further host names under which others reach it.
	aliases []string
	image   text
	source  source
	env     []*setting
	ports   []port
	health  *health
	// needs are the services that it names as dependencies, by their names in the input.
	needs    []text
	calls    []string
	replicas int
	grace    string
	watch    bool
	// ported says that PORT was among its variables: it reads it; checked that its health was asked, in whatever way. A worker
	// listens on nothing.
	ported, checked, worker bool
	// taken are the variables that Banyan sets.
	taken map[string]bool
	run   launch
	// endpoint is where an external one listens on this machine; product what is known of its image.
	endpoint endpoint
	product  product
}

// source is where the code of a service is.
type source struct {
	built                       bool
	context, dockerfile, target string
	at                          diag.Position
	// mount is the folder of this machine that a container sees at its working folder.
	mount, workdir string
	mounts         []mount
	command, entry *command
	// spoken says that a Procfile gave the command, which is one of this machine.
	spoken bool
	recipe *recipe
}

type mount struct{ from, to string }

// launch is how a service is built and run in the end, and what a reader should know of it.
type launch struct {
	dir, build string
	// words are a program and its arguments, shell a line for sh; one of them is given.
	words []string
	shell string
	// folded is shell as lines that YAML joins, where there are several variables to set.
	folded []string
	// remark is written above run.
	remark string
}

// setting is one variable of a service.
type setting struct {
	name  string
	value text
	// mapped says that it is set by the shell of run, since its value is known at the start only.
	mapped bool
	remark string
	// shared is the line of the application's .env that gives the value; nil where it is the service's own.
	shared *variable
}

// text is a value with its place; it may hold runes of refs.
type text struct {
	text string
	at   diag.Position
}

// port is a port of a container and the one of the machine that leads there; host is 0 when it is not published.
type port struct {
	container, host int
	udp             bool
	at              diag.Position
}

type endpoint struct {
	port int
	at   diag.Position
	// guessed says that no port was published.
	guessed bool
}

// route is one published service.
type route struct {
	host, to, remark string
}

// service finds one by a name of the input: its own, its container's or an alias.
func (d *draft) service(was string) *service {
	for _, s := range d.services {
		if s.was == was {
			return s
		}
	}
	return nil
}

// port is the port at which the service answers in its container, 0 when nothing tells.
func (s *service) port() int {
	for _, p := range s.ports {
		if !p.udp && !debugger(p.container) {
			return p.container
		}
	}
	if s.source.recipe != nil {
		return s.source.recipe.port
	}
	return 0
}

// published is the port of the machine that leads to the service, 0 when none does.
func (s *service) published() (host int, at diag.Position) {
	for _, p := range s.ports {
		if p.host > 0 && !p.udp && !debugger(p.container) {
			return p.host, p.at
		}
	}
	return 0, diag.Position{}
}

// debugger tells the ports of debuggers: Node's, Java's, Go's and Python's.
func debugger(number int) bool {
	switch number {
	case 9229, 5858, 5005, 2345, 40000, 5678:
		return true
	}
	return false
}
