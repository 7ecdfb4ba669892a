package terminal

import "strings"

// ShellName tells whether a shell takes a name for a variable (POSIX.1-2024, Base Definitions §3.216).
func ShellName(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// ShellWord is a text as one word, of which a shell changes nothing (POSIX.1-2024, Shell Command Language §2.2.2).
func ShellWord(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// DotenvValue is a text as the value of a line of .env: as it is where every reader takes it so, else between quotes that keep it.
func DotenvValue(text string) string {
	switch {
	case text == "":
		return ""
	case !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("_-.:/@%+,=", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}):
		return text
	case !strings.ContainsAny(text, "'\r\n"):
		return "'" + text + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "$", `\$`).Replace(text) + `"`
}
