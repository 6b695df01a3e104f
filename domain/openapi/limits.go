package openapi

import (
	"math"
	"strconv"

	"github.com/pb33f/go-yaml"
)

// bound reads a lower or upper limit from its two keywords. The exclusive one
// is a number of its own, or in older versions says what the other is.
func bound(inclusive, exclusive *yaml.Node, tighter func(a, b float64) bool) *limit {
	var l *limit
	if v := number(inclusive); v != nil {
		l = &limit{value: *v, exclusive: truth(exclusive)}
	}
	if v := number(exclusive); v != nil && (l == nil || !tighter(l.value, *v)) {
		l = &limit{value: *v, exclusive: true}
	}
	return l
}

func number(n *yaml.Node) *float64 {
	if n = content(n); n == nil || n.Kind != yaml.ScalarNode {
		return nil
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

func count(n *yaml.Node) *int {
	f := number(n)
	if f == nil || *f < 0 || *f > math.MaxInt32 {
		return nil
	}
	i := int(*f)
	return &i
}

func truth(n *yaml.Node) bool { return scalar(n) == "true" }
