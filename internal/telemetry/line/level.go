package line

import (
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/signal"
)

// names are what loggers call their levels, in lower case: slog, zap, logrus, zerolog, log4j, Python's logging, syslog
// (RFC 5424 §6.2.1), .NET's and Serilog's, Rust's env_logger.
var names = map[string]signal.Level{
	"trace": signal.Trace, "trc": signal.Trace, "trce": signal.Trace, "verbose": signal.Trace, "finest": signal.Trace,
	"debug": signal.Debug, "dbg": signal.Debug, "dbug": signal.Debug, "fine": signal.Debug,
	"info": signal.Info, "inf": signal.Info, "information": signal.Info, "notice": signal.Info, "log": signal.Info,
	"warn": signal.Warn, "wrn": signal.Warn, "warning": signal.Warn,
	"error": signal.Error, "err": signal.Error, "eror": signal.Error, "severe": signal.Error, "fail": signal.Error,
	"fatal": signal.Fatal, "ftl": signal.Fatal, "critical": signal.Fatal, "crit": signal.Fatal, "panic": signal.Fatal,
	"alert": signal.Fatal, "emerg": signal.Fatal, "emergency": signal.Fatal, "dpanic": signal.Fatal,
}

// named is the level of a structured line's field: a name, or a number of pino and bunyan (10 to 60).
func named(value string) signal.Level {
	if level, known := names[strings.ToLower(value)]; known {
		return level
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 10 || n > 69 {
		return signal.Unset
	}
	return signal.Level(n / 10) // 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal
}

// looked is how many words of a text may stand before its level: date, time, thread, process.
const looked = 7

// levelOf finds the level of a text: glog's letter, or one of the first words that is a level in capitals, or one between
// brackets or before a colon in any case. A word in the midst of prose (`no error`) is none.
func levelOf(text string) signal.Level {
	if level := glog(text); level != signal.Unset {
		return level
	}
	rest := text
	for range looked {
		var word string
		word, rest = nextWord(rest)
		if word == "" {
			return signal.Unset
		}
		if level := levelWord(word); level != signal.Unset {
			return level
		}
	}
	return signal.Unset
}

func nextWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t|")
	end := strings.IndexAny(text, " \t|")
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// levelWord knows `ERROR`, `[error]`, `<warn>`, `error:`, `level=error`, `ERROR:root:text` and `[main]`, which is none.
func levelWord(word string) signal.Level {
	if _, value, found := strings.Cut(word, "level="); found {
		return named(strings.Trim(value, `"`))
	}
	bare := strings.Trim(word, "[]<>():,-")
	marked := bare != word && !strings.HasPrefix(word, "-")
	if before, _, found := strings.Cut(bare, ":"); found { // Python's default: ERROR:root:text
		bare = before
	}
	if len(bare) < 3 || len(bare) > 11 {
		return signal.Unset
	}
	if marked || strings.ToUpper(bare) == bare {
		return names[strings.ToLower(bare)]
	}
	return signal.Unset
}

// glog knows `E1124 02:41:49.000000 123 file.go:12] text`.
func glog(text string) signal.Level {
	if len(text) < 21 || text[5] != ' ' || text[8] != ':' || !digits(text[1:5]) || !strings.Contains(text, "] ") {
		return signal.Unset
	}
	switch text[0] {
	case 'I':
		return signal.Info
	case 'W':
		return signal.Warn
	case 'E':
		return signal.Error
	case 'F':
		return signal.Fatal
	}
	return signal.Unset
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
