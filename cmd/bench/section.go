package main

import (
	"fmt"
	"strings"
)

// section is one chapter of the results.
type section struct {
	title   string
	how     string // how it was measured, a paragraph
	tables  []table
	targets []target
	notes   []string
}

// table is a Markdown table; its first column is text, the others are figures.
type table struct {
	title string
	head  []string
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// target is a promise and what came of it.
type target struct {
	name, want, got string
	met             bool
}

func (t target) verdict() string {
	if t.met {
		return "met"
	}
	return "**missed**"
}

func (s section) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.title, s.how)
	for _, t := range s.tables {
		if t.title != "" {
			fmt.Fprintf(&b, "%s\n\n", t.title)
		}
		b.WriteString(t.markdown())
		b.WriteString("\n")
	}
	if len(s.targets) > 0 {
		b.WriteString(targetTable(s.targets).markdown())
		b.WriteString("\n")
	}
	for _, n := range s.notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	if len(s.notes) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

func targetTable(targets []target) table {
	t := table{head: []string{"Target", "Wanted", "Measured", ""}}
	for _, p := range targets {
		t.add(p.name, p.want, p.got, p.verdict())
	}
	return t
}

func (t table) markdown() string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| ")
			b.WriteString(strings.ReplaceAll(c, "|", `\|`))
			b.WriteString(" ")
		}
		b.WriteString("|\n")
	}
	line(t.head)
	for i := range t.head {
		if i == 0 {
			b.WriteString("|:--")
			continue
		}
		b.WriteString("|--:")
	}
	b.WriteString("|\n")
	for _, r := range t.rows {
		line(r)
	}
	return b.String()
}
