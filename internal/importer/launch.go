package importer

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// launch decides how a service is built and started as a process of this machine.
func (d *draft) launch(s *service) {
	key := join("services", s.was)
	s.run.dir = d.dir(s, key)
	words, line, from := d.started(s)
	if len(words) == 0 && line == "" {
		d.guess(s, key)
		words, line = s.run.words, s.run.shell
	} else if from != "" {
		s.run.remark = from
	}
	if r := s.source.recipe; r != nil {
		s.ported = s.ported || r.ported
		s.run.build, words = d.built(s, r, words)
		if s.health == nil && r.health != "" {
			h := &health{at: s.at, key: key}
			if h.understood(r.health) {
				s.health = h
			}
		}
	}
	words = d.local(s, d.hideWords(s, words, key), key)
	s.run.words, s.run.shell = d.listening(s, words, line, key)
	d.assemble(s)
}

// dir is the folder of a service, left out when it is this one or does not exist.
func (d *draft) dir(s *service, key string) string {
	dir, usable := s.folder()
	switch {
	case s.source.spoken && !s.source.built:
		return ""
	case !usable:
		d.note(s.source.at, Skipped, key+".build", "its context is no folder beside this file: get the source, and write its folder as dir")
		return ""
	case dir == "":
		return ""
	case !fs.ValidPath(dir):
		d.note(s.source.at, Guessed, key+".build", "its folder lies outside this one and was not looked at")
		return dir
	}
	if info, err := fs.Stat(d.folder, dir); err != nil || !info.IsDir() {
		d.note(s.source.at, Skipped, key+".build", "there is no folder "+dir+": get the source, and write its folder as dir")
		return ""
	}
	return dir
}

// started is the command that a container would be started with, and where it comes from.
func (d *draft) started(s *service) (words []string, line, from string) {
	entry, cmd := s.source.entry, s.source.command
	if r := s.source.recipe; r != nil && !s.source.spoken {
		if entry == nil {
			entry = r.entry
			if cmd == nil {
				cmd = r.cmd
			}
		}
		if entry == r.entry && entry != nil || cmd == r.cmd && cmd != nil {
			at := cmd
			if cmd == nil {
				at = entry
			}
			from = fmt.Sprintf("guess: from %s:%d", at.at.File, at.at.Line)
			d.note(at.at, Guessed, join("services", s.was)+".run", "run is taken from here; a container may have what this machine has not")
		}
	}
	first, script := entry.split()
	if script != "" {
		return nil, script, from // a shell's line takes no arguments
	}
	rest, script := cmd.split()
	switch {
	case script != "" && len(first) > 0:
		return append(append([]string{}, first...), "sh", "-c", script), "", from
	case script != "":
		return nil, script, from
	}
	return append(append([]string{}, first...), rest...), "", from
}

// start is what a project of a kind is started with, told by a file in its folder.
type start struct {
	file  string
	words []string
	shell string
}

var starts = []start{
	{file: "package.json", words: []string{"npm", "start"}},
	{file: "go.mod", words: []string{"go", "run", "."}},
	{file: "manage.py", shell: "exec python manage.py runserver 127.0.0.1:$PORT"},
	{file: "config.ru", shell: "exec bundle exec rackup -p $PORT"},
	{file: "Cargo.toml", words: []string{"cargo", "run"}},
	{file: "pom.xml", words: []string{"mvn", "spring-boot:run"}},
	{file: "build.gradle", words: []string{"./gradlew", "bootRun"}},
	{file: "mix.exs", words: []string{"mix", "phx.server"}},
	{file: "app.py", words: []string{"python", "app.py"}},
	{file: "main.py", words: []string{"python", "main.py"}},
	{file: "index.php", shell: "exec php -S 127.0.0.1:$PORT"},
}

// begun tells by the files of a folder how it is started.
func (d *draft) begun(s *service) (start, bool) {
	dir, usable := s.folder()
	for _, one := range starts {
		if usable && fs.ValidPath(path.Join(dir, one.file)) && exists(d.folder, path.Join(dir, one.file)) {
			return one, true
		}
	}
	return start{}, false
}

// guess writes a command where the input has none.
func (d *draft) guess(s *service, key string) {
	if one, is := d.begun(s); is {
		s.run.words, s.run.shell = one.words, one.shell
		s.run.remark = "guess: there is a " + one.file
		d.note(s.at, Guessed, key+".run", "nothing says how it is started; run is a guess from "+one.file)
		return
	}
	s.run.words = []string{"./" + s.name}
	s.run.remark = "guess: nothing says how it is started; write the command here"
	d.note(s.at, Guessed, key+".run", "nothing says how it is started: write the command")
}

// local turns paths of the container into those of the folder.
func (d *draft) local(s *service, words []string, key string) []string {
	workdir := s.source.workdir
	if r := s.source.recipe; r != nil && workdir == "" {
		workdir = r.workdir
	}
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = word
		if rest, is := strings.CutPrefix(word, strings.TrimSuffix(workdir, "/")+"/"); is && workdir != "" && workdir != "/" && rest != "" {
			all[i] = "./" + rest
		}
	}
	if len(all) > 0 && path.IsAbs(all[0]) {
		d.note(s.at, Guessed, key+".run", all[0]+" is a path of the container")
		s.run.remark = joined(s.run.remark, "guess: "+all[0]+" is a path of the container")
	}
	return all
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + strings.TrimPrefix(b, "guess: ")
}

// listening lets the command listen at $PORT where it names the port of its container.
func (d *draft) listening(s *service, words []string, line, key string) ([]string, string) {
	number := s.port()
	if number == 0 {
		d.silent(s, line, words, key)
		return words, line
	}
	at, was := s.at, strconv.Itoa(number)
	if line != "" {
		named := regexp.MustCompile(`(^|[\s:=])` + was + `($|[\s'";])`)
		if strings.Contains(line, "PORT") {
			return nil, line
		}
		if named.MatchString(line) {
			d.moved(at, key, was)
			return nil, strings.ReplaceAll(named.ReplaceAllString(line, "${1}$$PORT${2}"), "0.0.0.0", "127.0.0.1")
		}
	}
	found := false
	for i, word := range words {
		words[i] = strings.ReplaceAll(word, "0.0.0.0", "127.0.0.1")
		if before, is := strings.CutSuffix(word, was); is && i > 0 && (before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "=")) {
			words[i], found = strings.TrimSuffix(words[i], was)+d.refs.call("PORT"), true
		}
	}
	if found {
		d.moved(at, key, was)
		return words, line
	}
	if !strings.Contains(line+strings.Join(words, " "), "PORT") && !s.ported {
		d.note(at, Guessed, key+".run", "the container listens at "+was+"; an instance must listen at $PORT, and nothing tells whether the program reads it")
		s.run.remark = joined(s.run.remark, "guess: it reads $PORT (the container listened at "+was+")")
	}
	return words, line
}

func (d *draft) moved(at diag.Position, key, was string) {
	d.note(at, Changed, key+".run", "it listens at $PORT, which Banyan chooses, instead of "+was)
}

// silent takes a service of which nothing says that it listens to be a worker, unless others call it or it is asked how it is.
func (d *draft) silent(s *service, line string, words []string, key string) {
	if strings.Contains(line+strings.Join(words, " "), "PORT") || s.source.spoken && s.was == "web" {
		return
	}
	called := slices.ContainsFunc(d.services, func(other *service) bool { return slices.Contains(other.calls, s.name) })
	if called || s.checked || s.health != nil {
		d.note(s.at, Guessed, key, "nothing says where it listens; Banyan takes a service to be ready when its port accepts, so it must answer at $PORT")
		s.run.remark = joined(s.run.remark, "guess: it answers at $PORT")
		return
	}
	s.worker = true
	d.note(s.at, Guessed, key, "nothing says that it listens, so it is taken to be a worker: health: none; remove that when it answers at $PORT")
	s.run.remark = joined(s.run.remark, "guess: a worker, which listens on nothing")
}

// assemble makes the one command of a service whose variables are known at the start only.
func (d *draft) assemble(s *service) {
	var prefix []string
	kept := s.env[:0:0]
	mapped := []*setting{}
	for _, v := range s.env {
		if v.mapped || s.given(v.name) { // a call may not give what env sets, but a shell may set it once more
			mapped = append(mapped, v)
			continue
		}
		kept = append(kept, v)
	}
	s.env = kept
	for _, v := range mapped {
		if !shellName.MatchString(v.name) {
			d.note(v.value.at, Skipped, d.key(s, v), "a shell cannot set a variable of this name; the call gives the address under another")
			continue
		}
		prefix = append(prefix, v.name+"="+d.shellWord(s, v.value.text))
	}
	needed := len(prefix) > 0 || has(strings.Join(s.run.words, ""), isRef) || s.run.shell != ""
	if !needed {
		return
	}
	line := d.shellLine(s, s.run.shell)
	if len(s.run.words) > 0 {
		quoted := make([]string, len(s.run.words))
		for i, word := range s.run.words {
			quoted[i] = d.shellWord(s, word)
		}
		line = "exec " + strings.Join(quoted, " ")
	} else if len(prefix) > 0 {
		prefix[0] = "export " + prefix[0]
		prefix[len(prefix)-1] += ";"
	}
	s.run.words, s.run.shell = nil, strings.Join(append(prefix, line), " ")
	if lines := append(prefix, line); len(lines) > 2 && !slices.ContainsFunc(lines, func(one string) bool { return !foldable(one) }) {
		s.run.folded = lines
	}
}

// given tells whether Banyan sets a variable of the service; it is asked when the calls are known.
func (s *service) given(name string) bool {
	if s.taken == nil {
		s.taken = map[string]bool{}
		for _, platform := range graph.PlatformVariables() {
			s.taken[platform] = true
		}
		for _, to := range s.calls {
			for _, v := range graph.CallVariables(to, "127.0.0.1:1") {
				s.taken[v.Name] = true
			}
		}
	}
	return s.taken[name]
}

var shellName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
