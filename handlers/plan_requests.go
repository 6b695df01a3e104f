package handlers

import (
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/plan"
)

// edit gives the steps the requests that a person edited in place of the ones
// made for them; Invalid when one cannot be read.
func edit(steps []loadtest.Step, f plan.Form) error {
	for i, s := range steps {
		r, edited, err := f.Request(s.Method + " " + s.Path)
		if err != nil {
			return err
		}
		if edited {
			steps[i].Request, steps[i].Variants = r, nil
		}
	}
	return nil
}
