package k6_test

import (
	"encoding/json"

	"plog.dev/plog/jobs/k6"
)

func turnsOf(b k6.Bundle) []int {
	var data struct{ Scenarios []struct{ Turns []int } }
	if err := json.Unmarshal(b.Files[k6.PlanFile], &data); err != nil || len(data.Scenarios) == 0 {
		return nil
	}
	return data.Scenarios[0].Turns
}
