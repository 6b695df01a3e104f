package metrics

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"plog.dev/plog/domain"
)

// EncodeBatch writes b to w as gzipped JSON.
func EncodeBatch(w io.Writer, b Batch) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("encode batch: %w", err)
	}
	if err := json.NewEncoder(z).Encode(b); err != nil {
		return fmt.Errorf("encode batch: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("encode batch: %w", err)
	}
	return nil
}

// DecodeBatch reads what EncodeBatch wrote. limit bounds the bytes it takes
// before decompression and after it. Everything in the batch has been checked:
// it can be added to an Aggregate. It returns Invalid for what is no batch, and
// r's own errors as they are.
func DecodeBatch(r io.Reader, limit int64) (Batch, error) {
	in := &limited{r: r, left: limit}
	z, err := gzip.NewReader(in)
	if err != nil {
		return Batch{}, in.explain(err, "it is not gzipped")
	}
	out := &limited{r: z, left: limit}
	dec := json.NewDecoder(out)
	var b Batch
	if err := dec.Decode(&b); err != nil {
		if out.over {
			return Batch{}, errTooLarge(limit)
		}
		return Batch{}, in.explain(err, "it is not the JSON of a batch")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Batch{}, in.explain(err, "something follows its end")
	}
	if err := b.check(); err != nil {
		return Batch{}, err
	}
	return b, nil
}

// limited reads at most left bytes of r and tells a limit from a failure.
type limited struct {
	r     io.Reader
	left  int64
	limit int64
	over  bool
	err   error // r's own, other than its end
}

var errOver = errors.New("more than the limit")

func (l *limited) Read(p []byte) (int, error) {
	if l.limit == 0 {
		l.limit = l.left
	}
	if l.left <= 0 {
		// A reader that is exactly at its end is not over the limit.
		n, err := l.r.Read(make([]byte, 1))
		if n > 0 {
			l.over = true
			return 0, errOver
		}
		return 0, err
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}

func (l *limited) explain(err error, reason string) error {
	switch {
	case l.over:
		return errTooLarge(l.limit)
	case l.err != nil:
		return fmt.Errorf("read batch: %w", l.err)
	}
	e := errBatch(reason)
	if err == nil {
		return e
	}
	return e.Because(err)
}

// check returns Invalid when the batch could not be added to an Aggregate.
func (b Batch) check() error {
	if b.Instance == "" {
		return errBatch("it names no instance")
	}
	if b.Seq == 0 {
		return errBatch("it has no sequence number")
	}
	for i := range b.Rollups {
		if err := b.Rollups[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rollup) check() error {
	switch r.Kind {
	case Counter, Gauge, Rate, Trend:
	default:
		return errBatch("a rollup is of no known kind")
	}
	if r.Series.Metric == "" {
		return errBatch("a rollup names no metric")
	}
	if r.Failed > r.Count || r.Count > maxEncodedCount {
		return errBatch("the counts of a rollup contradict each other")
	}
	// The year 2000 to 2200: a clock that is further off would make a chart of gaps.
	if r.Second < 946684800 || r.Second > 7258118400 {
		return errBatch("the time of a rollup is out of range")
	}
	for _, f := range [...]float64{r.Sum, r.Min, r.Max, r.Last} {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return errBatch("a figure is not a number")
		}
	}
	if len(r.Hist) > 0 {
		if _, err := checkEncoded(r.Hist); err != nil {
			return err
		}
	}
	return nil
}

func errBatch(reason string) *domain.Error {
	return domain.Errorf(domain.Invalid, "metrics.batch.invalid",
		"A batch cannot be read: {{.Reason}}.", "Reason", reason)
}

func errTooLarge(limit int64) error {
	return domain.Errorf(domain.Invalid, "metrics.batch.too_large",
		"A batch is larger than {{.Limit}} bytes.", "Limit", limit)
}
