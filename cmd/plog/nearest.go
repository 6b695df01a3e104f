package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// choose selects operations. When one is unknown the error lists what is
// written most like it.
func choose(doc openapi.Document, names, tags []string) ([]openapi.Operation, error) {
	operations, err := openapi.Choose(doc, names, tags)
	var e *domain.Error
	if err == nil || !errors.As(err, &e) || e.Message.Key != "openapi.no_such_operation" {
		return operations, err
	}
	near := nearest(doc, fmt.Sprint(e.Message.Args["Name"]), 5)
	if len(near) == 0 {
		return nil, err
	}
	return nil, badConfig(fmt.Errorf("%s Did you mean:\n  %s", e.Message, strings.Join(near, "\n  ")))
}

// nearest returns up to n operation names, most like the given one first.
func nearest(doc openapi.Document, name string, n int) []string {
	all := make([]string, 0, len(doc.Operations))
	for _, op := range doc.Operations {
		all = append(all, op.Name())
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(distance(a, name), distance(b, name)) })
	return all[:min(n, len(all))]
}

// distance is the edit distance (Levenshtein) of two texts, without regard to
// case, in runes.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
