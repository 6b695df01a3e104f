package loadtest

// What variants may come to.
const (
	MaxVariants     = 1_000   // of one step
	MaxVariantBytes = 5 << 20 // of all steps of a plan, as Size counts
)

// Sent returns the requests that s sends, one after the other: its variants, or
// else its one request.
func (s Step) Sent() []Request {
	if len(s.Variants) > 0 {
		return s.Variants
	}
	return []Request{s.Request}
}

// Size returns about how many bytes r takes when it is stored.
func (r Request) Size() int {
	const perName = 24 // the words around a name and its value
	size := perName
	for _, list := range [][]Param{r.PathParams, r.Query, r.Headers, r.Cookies} {
		for _, p := range list {
			size += len(p.Name) + len(p.Value) + perName
		}
	}
	if b := r.Body; b != nil {
		size += len(b.Text) + len(b.Base64) + len(b.MediaType) + perName
		for _, f := range b.Fields {
			size += len(f.Name) + len(f.Value) + len(f.Base64) + len(f.FileName) + len(f.MediaType) + perName
		}
	}
	return size
}

// FitVariants shortens the lists of variants of p's steps, the largest first,
// until all fit into MaxVariantBytes, and returns how many requests it left out.
func (p *Plan) FitVariants() (left int) {
	var steps []*Step
	var sizes []int
	total := 0
	for i := range p.Scenarios {
		for j := range p.Scenarios[i].Steps {
			s := &p.Scenarios[i].Steps[j]
			size := 0
			for _, r := range s.Variants {
				size += r.Size()
			}
			steps, sizes = append(steps, s), append(sizes, size)
			total += size
		}
	}
	for total > MaxVariantBytes {
		most := 0
		for i := range sizes {
			if sizes[i] > sizes[most] {
				most = i
			}
		}
		s := steps[most]
		last := len(s.Variants) - 1
		size := s.Variants[last].Size()
		s.Variants = s.Variants[:last:last]
		sizes[most] -= size
		total -= size
		left++
	}
	return left
}
