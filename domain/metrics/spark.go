package metrics

// sparkParts is how many parts a spark has at most.
const sparkParts = 60

// spark keeps the distribution of an operation over time in at most sparkParts
// equal parts, whatever the run's length: when they do not suffice, neighbours
// are merged and the parts become twice as wide.
type spark struct {
	start int64 // second of the first part
	width int64 // seconds per part
	parts []sparkPart
}

type sparkPart struct {
	cell  cell
	p95   float64
	fresh bool // p95 is up to date
}

func (s *spark) add(second int64, encoded []byte) {
	if s.width == 0 {
		s.start, s.width = second, 1
	}
	// What is older than the first sight belongs to its part.
	at := max(0, (second-s.start)/s.width)
	for at >= sparkParts {
		s.halve()
		at = (second - s.start) / s.width
	}
	for int64(len(s.parts)) <= at {
		s.sealNewest()
		s.parts = append(s.parts, sparkPart{p95: -1, fresh: true})
	}
	p := &s.parts[at]
	p.cell.add(encoded)
	p.fresh = false
	if int(at) < len(s.parts)-1 {
		p.cell.seal()
	}
}

func (s *spark) sealNewest() {
	if n := len(s.parts); n > 0 {
		s.parts[n-1].cell.seal()
	}
}

func (s *spark) halve() {
	half := make([]sparkPart, 0, sparkParts)
	for i := 0; i < len(s.parts); i += 2 {
		p := s.parts[i]
		if i+1 < len(s.parts) {
			if other := s.parts[i+1].cell.encoded(); len(other) > 0 {
				p.cell.add(other)
				p.fresh = false
			}
		}
		p.cell.seal()
		half = append(half, p)
	}
	s.parts = half
	s.width *= 2
}

// values returns the 95th percentile of each part, -1 where there is none.
func (s *spark) values() []float64 {
	out := make([]float64, len(s.parts))
	for i := range s.parts {
		p := &s.parts[i]
		if !p.fresh {
			p.p95 = p.cell.histogram().Quantiles(0.95)[0]
			p.fresh = true
		}
		out[i] = p.p95
	}
	return out
}
