package truth

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// Report is everything a Recorder knows. All times are nanoseconds.
type Report struct {
	Since time.Time `json:"since"`
	// InFlight are requests that have arrived and are not finished, and so are in no count.
	InFlight int64 `json:"in_flight"`
	// Unmatched are requests that no operation answers (404, 405); they are in no other count.
	Unmatched int64 `json:"unmatched"`
	// SamplesKept are the samples percentiles are taken from; SamplesDropped came after the limit
	// was reached and are in counts, min, max and sum, yet not in percentiles.
	SamplesKept    int64 `json:"samples_kept"`
	SamplesDropped int64 `json:"samples_dropped"`

	Overall    Figures   `json:"overall"`
	Operations []Figures `json:"operations"`
}

// Figures are those of one operation, or of all together when Operation is empty.
type Figures struct {
	Operation string           `json:"operation,omitempty"`
	Count     int64            `json:"count"`
	Statuses  map[string]int64 `json:"statuses"`
	Latency   Summary          `json:"latency_ns"`
	Queued    Summary          `json:"queued_ns"`
	Injected  Summary          `json:"injected_ns"`
}

// Summary is exact, in nanoseconds. A percentile p is by nearest rank: the sample at position ⌈p·n⌉ of
// the n kept samples in ascending order. All is 0 when Count is 0.
type Summary struct {
	Count int64 `json:"count"`
	Min   int64 `json:"min"`
	Max   int64 `json:"max"`
	Sum   int64 `json:"sum"`
	P50   int64 `json:"p50"`
	P90   int64 `json:"p90"`
	P95   int64 `json:"p95"`
	P99   int64 `json:"p99"`
	P999  int64 `json:"p99_9"`
}

// reading is an operation's state at one moment; its chunks are only ever appended to.
type reading struct {
	statuses map[int]int64
	totals   [measures]totals
	chunks   [][]times
	dropped  int64
}

// Report returns the figures of every operation that was called, in the order of NewRecorder.
func (r *Recorder) Report() Report {
	report := Report{
		Since:      time.Unix(0, r.since.Load()).UTC(),
		Unmatched:  r.unmatched.Load(),
		Operations: []Figures{},
	}
	all := reading{statuses: map[int]int64{}}
	for _, o := range r.operations {
		finished := o.finished.Load()
		report.InFlight += max(0, o.arrived.Load()-finished)
		read := o.read()
		if read.totals[duration].count == 0 {
			continue
		}
		report.Operations = append(report.Operations, read.figures(o.name))
		report.SamplesDropped += read.dropped
		all.add(read)
	}
	report.Overall = all.figures("")
	for _, chunk := range all.chunks {
		report.SamplesKept += int64(len(chunk))
	}
	return report
}

// WriteRaw writes the kept durations of the operation, in nanoseconds, one a line, in the order in which
// the requests finished. It returns the error of w.
func (o *Operation) WriteRaw(w io.Writer) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	line := make([]byte, 0, 24)
	for _, chunk := range o.read().chunks {
		for _, t := range chunk {
			line = append(strconv.AppendInt(line[:0], t[duration], 10), '\n')
			if _, err := buffered.Write(line); err != nil {
				return fmt.Errorf("write raw samples of %s: %w", o.name, err)
			}
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write raw samples of %s: %w", o.name, err)
	}
	return nil
}

func (o *Operation) read() reading {
	o.mu.Lock()
	defer o.mu.Unlock()
	return reading{maps.Clone(o.statuses), o.totals, slices.Clone(o.chunks), o.dropped}
}

func (r *reading) add(other reading) {
	for status, n := range other.statuses {
		r.statuses[status] += n
	}
	for m := range measures {
		r.totals[m].merge(other.totals[m])
	}
	r.chunks = append(r.chunks, other.chunks...)
}

func (r *reading) figures(name string) Figures {
	statuses := make(map[string]int64, len(r.statuses))
	for status, n := range r.statuses {
		statuses[strconv.Itoa(status)] = n
	}
	return Figures{
		Operation: name,
		Count:     r.totals[duration].count,
		Statuses:  statuses,
		Latency:   r.summary(duration),
		Queued:    r.summary(queued),
		Injected:  r.summary(injected),
	}
}

func (r *reading) summary(m measure) Summary {
	var values []int64
	for _, chunk := range r.chunks {
		for _, t := range chunk {
			values = append(values, t[m])
		}
	}
	slices.Sort(values)
	t := r.totals[m]
	return Summary{
		Count: t.count, Min: t.min, Max: t.max, Sum: t.sum,
		P50:  percentile(values, 0.50),
		P90:  percentile(values, 0.90),
		P95:  percentile(values, 0.95),
		P99:  percentile(values, 0.99),
		P999: percentile(values, 0.999),
	}
}

func percentile(ascending []int64, p float64) int64 {
	if len(ascending) == 0 {
		return 0
	}
	// Rounding first: 0.95 × 20 is 19.000000000000004 in floating point, which must stay rank 19.
	rank := int(math.Ceil(math.Round(p*float64(len(ascending))*1e6) / 1e6))
	return ascending[max(rank, 1)-1]
}

// Count returns how many requests have finished since the last Reset.
func (o *Operation) Count() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.totals[duration].count
}
