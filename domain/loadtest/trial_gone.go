package loadtest

// MarkGone notes on every suggestion of a trial of p whether a later exchange
// deleted what its value names.
func MarkGone(p Plan, exchanges []Exchange) {
	type thing struct{ path, value string }
	of := func(x Exchange, i int) thing {
		step := p.Scenarios[x.At.Scenario].Steps[x.At.Step]
		parts := split(step.Path)
		for at, part := range parts {
			if name, is := param(part); is && name == x.Suggested[i].Param {
				return thing{shape(parts[:at+1]), x.Suggested[i].Value}
			}
		}
		return thing{}
	}
	gone := map[thing]bool{}
	for _, x := range exchanges {
		last := len(x.Suggested) - 1
		if x.Request.Method == "DELETE" && x.Expected && last >= 0 && endsIn(p, x, x.Suggested[last].Param) {
			gone[of(x, last)] = true
		}
	}
	for _, x := range exchanges {
		for i := range x.Suggested {
			x.Suggested[i].Gone = gone[of(x, i)]
		}
	}
}

func endsIn(p Plan, x Exchange, name string) bool {
	parts := split(p.Scenarios[x.At.Scenario].Steps[x.At.Step].Path)
	return len(parts) > 0 && parts[len(parts)-1] == "{"+name+"}"
}
