package debugger

import (
	"encoding/json"
	"net"
	"strconv"
)

// Language is what a service is written in, as far as debuggers know it.
type Language string

// The languages that can be debugged.
const (
	Go     Language = "go"
	Node   Language = "node"
	Python Language = "python"
	Java   Language = "java"
)

// Languages are all, as --lang takes them.
func Languages() []string { return []string{string(Go), string(Node), string(Python), string(Java)} }

// Title is a language in words.
func (l Language) Title() string {
	return map[Language]string{Go: "Go", Node: "Node.js", Python: "Python", Java: "Java"}[l]
}

// Session is one service under its debugger. It is immutable.
type Session struct {
	Language Language `json:"language"`
	Port     int      `json:"port"`
	// Wait lets the process begin only once a debugger attached.
	Wait bool `json:"wait,omitempty"`
}

const loopback = "127.0.0.1"

// Address is where the debugger listens.
func (s Session) Address() string { return net.JoinHostPort(loopback, strconv.Itoa(s.Port)) }

// Text is the session as Parse reads it: it is handed on by what outlives a process.
func (s Session) Text() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // a struct of plain values has a text
	}
	return string(text)
}

// Parse reads what Text wrote; nil for anything else.
func Parse(text string) *Session {
	var s Session
	if json.Unmarshal([]byte(text), &s) != nil || s.Port < 1 || s.Port > 65535 || s.Language.Title() == "" {
		return nil
	}
	return &s
}
