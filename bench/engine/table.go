package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/bench/measure"
)

// series are the rounds of each proxy, by its name.
type series map[string][]sample

// result is what all rounds of one kind of traffic told.
type result struct {
	kind
	series
}

func (s series) each(name string, of func(sample) float64) []float64 {
	var all []float64
	for _, one := range s[name] {
		all = append(all, of(one))
	}
	return all
}

func (s series) middle(name string, of func(sample) float64) float64 {
	return measure.Median(s.each(name, of))
}

func (s series) spread(name, format string, of func(sample) float64) string {
	return spread(format, s.each(name, of))
}

// spread is the median with the lowest and the highest.
func spread(format string, all []float64) string {
	if len(all) == 1 {
		return fmt.Sprintf(format, all[0])
	}
	return fmt.Sprintf(format+" ("+format+"–"+format+")", measure.Median(all), slices.Min(all), slices.Max(all))
}

// ratios are those of the CPU of own to other's in each round.
func (s series) ratios(own, other string) []float64 {
	var all []float64
	for i := range min(len(s[own]), len(s[other])) {
		all = append(all, s[own][i].cpu/s[other][i].cpu)
	}
	return all
}

func (s series) lowest(name string) float64 {
	return slices.Min(s.each(name, func(one sample) float64 { return one.cpu }))
}

func (s series) ratio(own, other string) string { return spread("%.2f", s.ratios(own, other)) }

func (r result) userBar(p *peer) string {
	if a, is := r.traffic.(ask); !is || p.name != "banyan" || a.answer != small || a.send > 0 || a.secure {
		return ""
	}
	return " " + userBar.mark(r.middle(p.name, func(s sample) float64 { return s.user }))
}

// table is written as Markdown, so that it can be pasted into the docs.
type table struct {
	head  []string
	names []string
	rows  map[string][]string
}

func newTable(title string, columns ...*peer) *table {
	t := &table{head: []string{title}, rows: map[string][]string{}}
	for _, p := range columns {
		t.head = append(t.head, p.name)
	}
	return t
}

func (t *table) add(row, cell string) {
	if _, known := t.rows[row]; !known {
		t.names = append(t.names, row)
	}
	t.rows[row] = append(t.rows[row], strings.TrimSpace(cell))
}

// print writes nothing of a table that has no columns: that of the ratios, where no peer is measured.
func (t *table) print() {
	if len(t.head) == 1 {
		return
	}
	fmt.Printf("| %s |\n|%s\n", strings.Join(t.head, " | "), strings.Repeat("--|", len(t.head)))
	for _, name := range t.names {
		fmt.Printf("| %s | %s |\n", name, strings.Join(t.rows[name], " | "))
	}
	fmt.Println()
}
