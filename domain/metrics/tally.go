package metrics

// tally sums rollups of one metric up.
type tally struct {
	count, failed uint64
	sum           float64
	min, max      float64
	hist          *Histogram // nil until a rollup brings one
	phases        Phases
}

func (t *tally) add(r *Rollup) {
	if t.count == 0 {
		t.min, t.max = r.Min, r.Max
	} else if r.Count > 0 {
		t.min, t.max = min(t.min, r.Min), max(t.max, r.Max)
	}
	t.count += r.Count
	t.failed += r.Failed
	t.sum += r.Sum
	if r.Phases != nil {
		t.phases.add(*r.Phases, 1)
	}
	if len(r.Hist) == 0 {
		return
	}
	if t.hist == nil {
		t.hist = NewHistogram()
	}
	// DecodeBatch has checked it; what is wrong nevertheless changes nothing.
	_ = t.hist.AddEncoded(r.Hist)
}

func (t *tally) mean() float64 {
	if t.count == 0 {
		return 0
	}
	return t.sum / float64(t.count)
}

func (t *tally) errorRate() float64 {
	if t.count == 0 {
		return 0
	}
	return float64(t.failed) / float64(t.count)
}

// latency returns nil without a distribution.
func (t *tally) latency() *Latency {
	if t.hist == nil {
		return nil
	}
	return t.hist.Latency()
}

// add adds o, each part multiplied by f.
func (p *Phases) add(o Phases, f float64) {
	p.Blocked += o.Blocked * f
	p.Connecting += o.Connecting * f
	p.TLS += o.TLS * f
	p.Sending += o.Sending * f
	p.Waiting += o.Waiting * f
	p.Receiving += o.Receiving * f
}

// cell is a distribution that is put away as bytes while nobody adds to it.
type cell struct {
	open   *Histogram
	sealed []byte
}

func (c *cell) add(encoded []byte) {
	if len(encoded) == 0 {
		return
	}
	c.open = c.histogram()
	c.sealed = nil
	_ = c.open.AddEncoded(encoded) // checked by DecodeBatch
}

// histogram is for reading; it is empty when nothing was added.
func (c *cell) histogram() *Histogram {
	if c.open != nil {
		return c.open
	}
	h := NewHistogram()
	_ = h.AddEncoded(c.sealed) // our own bytes
	return h
}

func (c *cell) seal() {
	if c.open != nil {
		c.sealed, c.open = c.open.Encode(), nil
	}
}

func (c *cell) encoded() []byte {
	if c.open != nil {
		return c.open.Encode()
	}
	return c.sealed
}
