package k6

import (
	"fmt"

	"plog.dev/plog/domain/loadtest"
)

const maxTurns = 10_000

// turns returns the order in which steps take turns, each as often as its
// weight says and spread as evenly as can be: the step that is furthest behind
// its share is next (smooth weighted round-robin). Iteration i sends step
// turns[i mod len].
func turns(steps []loadtest.Step) ([]int, error) {
	divisor, sum := 0, 0
	for _, s := range steps {
		divisor = gcd(divisor, max(s.Weight, 1))
		sum += max(s.Weight, 1)
	}
	if divisor == 0 {
		return nil, fmt.Errorf("no steps")
	}
	sum /= divisor
	if sum > maxTurns {
		return nil, fmt.Errorf("weights add up to %d, more than %d", sum, maxTurns)
	}
	order := make([]int, 0, sum)
	credit := make([]int, len(steps))
	for range sum {
		best := 0
		for i, s := range steps {
			credit[i] += max(s.Weight, 1) / divisor
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= sum
		order = append(order, best)
	}
	return order, nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
