// Package terminal holds what a terminal shows, whatever the command: styled text, tables, bars, a block that is drawn again,
// and the words for spans of time and counts.
//
// In: the terminal's own answers about itself, once (Detect), and values that are already decided. Out: text that fits the
// Screen; without a terminal the same text has no escape and no width. What comes from a service passes Harmless first.
// Used by cli and book. It knows no command, no application and no wire type: whoever calls says what is worth showing.
// Concurrency: all but a Block are values and pure functions; a Block belongs to the goroutine that draws it.
package terminal
