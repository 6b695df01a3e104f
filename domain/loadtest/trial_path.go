package loadtest

import "strings"

// split returns the segments of a path template, without what follows them.
func split(path string) []string {
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// param returns the name of a segment that is a parameter and nothing else.
func param(part string) (name string, is bool) {
	if names := PathParams(part); len(names) == 1 && part == "{"+names[0]+"}" {
		return names[0], true
	}
	return "", false
}

// varies reports whether a segment has a parameter in it.
func varies(part string) bool { return pathParam.MatchString(part) }

// shape is what paths have in common whose parameters have other names.
func shape(parts []string) string {
	return pathParam.ReplaceAllString("/"+strings.Join(parts, "/"), "{}")
}

// Slots returns the names of the parameters that are whole segments of a path
// template, in the order of TrialStep.Slots.
func Slots(path string) []string {
	var names []string
	for _, part := range split(path) {
		if name, is := param(part); is {
			names = append(names, name)
		}
	}
	return names
}

// PathParam returns the value of a path parameter; "" without one.
func (r Request) PathParam(name string) string {
	for _, p := range r.PathParams {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
