package importer

import (
	"encoding/json"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// recipe is what a Dockerfile tells of how its image is built and run.
type recipe struct {
	file *file
	// base is the image that the last stage begins with.
	base       string
	entry, cmd *command
	workdir    string
	port       int
	health     string
	// ported says that the image sets PORT: the program reads it.
	ported bool
	// runs are the commands of every stage.
	runs []string
}

// recipe reads the Dockerfile of a service that is built; nil when there is none.
func (d *draft) recipe(s *service) *recipe {
	dir, usable := s.folder()
	if !s.source.built || !usable {
		return nil
	}
	name := s.source.dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	f, err := load(d.folder, path.Join(dir, name))
	if err != nil {
		d.note(s.source.at, Skipped, join("services", s.was)+".build", "its Dockerfile cannot be read: "+because(err))
		return nil
	}
	for _, line := range f.lines {
		if at, _ := unreadable(line); at >= 0 {
			d.note(s.source.at, Skipped, join("services", s.was)+".build", "its Dockerfile is no text")
			return nil
		}
	}
	return dockerfile(f, s.source.target)
}

// instruction is one of a Dockerfile, its continuations joined.
type instruction struct {
	word, rest string
	line       int
}

var portSet = regexp.MustCompile(`(^|\s)PORT[ =]`)

var heredoc = regexp.MustCompile(`<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)

// instructions splits a Dockerfile (Dockerfile reference, "Format").
func instructions(f *file) []instruction {
	var all []instruction
	var parts []string
	begun := 0
	for i := 0; i < len(f.lines); i++ {
		line := strings.TrimSpace(f.lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(parts) == 0 {
			begun = i + 1
		}
		rest, more := strings.CutSuffix(line, `\`)
		if parts = append(parts, rest); more {
			continue
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(strings.Join(parts, " ")), " ")
		parts = nil
		if m := heredoc.FindStringSubmatch(rest); m != nil {
			within := []string{rest}
			for i++; i < len(f.lines) && strings.TrimSpace(f.lines[i]) != m[1]; i++ {
				within = append(within, strings.TrimSpace(f.lines[i]))
			}
			rest = strings.Join(within, " && ")
		}
		all = append(all, instruction{strings.ToUpper(word), strings.TrimSpace(rest), begun})
	}
	return all
}

// dockerfile reads the stage that is the target, or the last, with what it has of the stages that it begins with.
func dockerfile(f *file, target string) *recipe {
	stages, current := map[string]recipe{}, recipe{}
	name, runs := "", []string{}
	for _, in := range instructions(f) {
		if in.word != "FROM" {
			current.take(f, in)
			if in.word == "RUN" {
				runs = append(runs, in.rest)
			}
			continue
		}
		if stages[name] = current; name != "" && strings.EqualFold(name, target) {
			break
		}
		words := strings.Fields(in.rest)
		for len(words) > 0 && strings.HasPrefix(words[0], "--") {
			words = words[1:]
		}
		name, current = "", recipe{}
		if len(words) > 0 {
			earlier, is := stages[strings.ToLower(words[0])]
			if current = earlier; !is {
				current = recipe{base: words[0]}
			}
		}
		if len(words) == 3 && strings.EqualFold(words[1], "as") {
			name = strings.ToLower(words[2])
		}
	}
	current.file, current.runs = f, runs
	return &current
}

func (r *recipe) take(f *file, in instruction) {
	switch in.word {
	case "CMD":
		r.cmd = invocation(f, in)
	case "ENTRYPOINT":
		r.entry, r.cmd = invocation(f, in), nil // an ENTRYPOINT forgets the CMD of the base
	case "WORKDIR":
		if r.workdir = path.Join(r.workdir, in.rest); path.IsAbs(in.rest) {
			r.workdir = path.Clean(in.rest)
		}
	case "EXPOSE":
		first, _, _ := strings.Cut(strings.Fields(in.rest + " x")[0], "/")
		if number, err := strconv.ParseUint(first, 10, 16); err == nil && r.port == 0 {
			r.port = int(number)
		}
	case "ENV":
		r.ported = r.ported || portSet.MatchString(in.rest)
	case "HEALTHCHECK":
		r.health = in.rest
	}
}

// invocation reads the exec form, a JSON list, and the shell form.
func invocation(f *file, in instruction) *command {
	c := &command{at: f.at(in.line, 1), line: in.rest, shell: true}
	var words []string
	if strings.HasPrefix(in.rest, "[") && json.Unmarshal([]byte(in.rest), &words) == nil && !has(strings.Join(words, ""), isRef) {
		c.words = append([]string{}, words...)
	}
	if in.rest == "" {
		return nil
	}
	return c
}
