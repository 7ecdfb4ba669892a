package importer

import (
	"path"
	"regexp"
	"strings"
)

// What builds and installs, found in the RUN lines of a Dockerfile.
var (
	goBuild   = regexp.MustCompile(`\bgo build\b(.*)`)
	installs  = regexp.MustCompile(`^(npm (?:ci|install|i)\b[^;|]*|yarn(?: install)?(?: --[a-z-]+)*|pnpm (?:install|i)\b[^;|]*|bundle install[^;|]*|composer install[^;|]*|mix deps\.get)$`)
	builds    = regexp.MustCompile(`^((?:npm|yarn|pnpm)(?: run)? build[a-z:-]*|cargo build[^;|]*|(?:\./)?mvnw? [^;|]*package[^;|]*|(?:\./)?gradlew? [^;|]*)$`)
	pip       = regexp.MustCompile(`^pip3? install`)
	runOption = regexp.MustCompile(`^(--[a-z]+=\S+\s+)+`)
)

// built is the command that builds a service, and its words where what is built has another name on this machine.
func (d *draft) built(s *service, r *recipe, words []string) (build string, run []string) {
	var steps []string
	for _, line := range r.runs {
		for _, step := range strings.Split(runOption.ReplaceAllString(line, ""), "&&") {
			step = strings.Join(strings.Fields(step), " ")
			switch {
			case goBuild.MatchString(step) && len(words) > 0:
				program := "bin/" + s.name
				return "go build -o " + program + " " + goPackage(step), append([]string{program}, words[1:]...)
			case strings.Contains(step, "-g ") || strings.Contains(step, "--global"):
			case installs.MatchString(step) || builds.MatchString(step):
				steps = append(steps, step)
			case pip.MatchString(step):
				d.note(r.file.start(), Skipped, join("services", s.was)+".build", "pip install is not run for you: install the packages into the Python that run finds")
			}
		}
	}
	if len(words) > 1 && strings.HasPrefix(strings.Join(steps, " "), "cargo build") {
		words = append([]string{"target/release/" + path.Base(words[0])}, words[1:]...)
	} else if len(words) == 1 && len(steps) > 0 && strings.HasPrefix(steps[0], "cargo build") {
		words = []string{"target/release/" + path.Base(words[0])}
	}
	if len(words) == 2 && words[0] == "dotnet" && strings.HasSuffix(words[1], ".dll") {
		words = []string{"dotnet", "run", "--no-launch-profile"}
		s.run.remark = joined(s.run.remark, "guess: dotnet run instead of the published "+path.Base(r.words(s)))
	}
	return strings.Join(steps, " && "), words
}

// words is the last word of what starts the container.
func (r *recipe) words(s *service) string {
	for _, c := range []*command{s.source.command, r.cmd, r.entry} {
		if c != nil && len(c.words) > 0 {
			return c.words[len(c.words)-1]
		}
	}
	return "program"
}

// goPackage is the package that a go build names, this folder when it names none.
func goPackage(step string) string {
	words := strings.Fields(goBuild.FindStringSubmatch(step)[1])
	if last := len(words) - 1; last >= 0 && (words[last] == "." || strings.HasPrefix(words[last], "./")) && plainWord.MatchString(words[last]) {
		return words[last]
	}
	return "."
}
