package loadtest

import "slices"

// Mask stands where a secret value is not shown.
const Mask = "••••••"

// Masked returns p with Mask for the values of its secret headers. It shares
// everything else with p.
func Masked(p Plan) Plan {
	p.Headers = slices.Clone(p.Headers)
	for i := range p.Headers {
		if p.Headers[i].Secret && p.Headers[i].Value != "" {
			p.Headers[i].Value = Mask
		}
	}
	return p
}
