package openapi

import (
	"path"
	"strconv"
	"strings"
)

// nameOf returns a readable name for what is found at a pointer of a file: what
// its author called it.
func nameOf(file string, steps []string) string {
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if len(steps) > 0 {
		name = steps[len(steps)-1]
		if _, generic := generic[name]; generic || isNumber(name) {
			name = strings.Join(steps, "_")
		}
	}
	return clean(name)
}

// generic are names that say where a thing is and not what it is.
var generic = map[string]struct{}{"schema": {}, "items": {}, "index": {}, "allOf": {}, "oneOf": {}, "anyOf": {}, "default": {}}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// clean keeps what the specification allows in the names of components.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
	if name = strings.Trim(name, "_"); name == "" {
		return "part"
	}
	return name
}

// namer finds names that are free, without trying the same ones over and over.
type namer map[string]int

// free returns name, with a number if it is taken.
func (n namer) free(name string, taken func(string) bool) string {
	free := name
	for taken(free) {
		n[name]++
		free = name + "_" + strconv.Itoa(1+n[name])
	}
	return free
}
