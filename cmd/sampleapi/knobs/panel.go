package knobs

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const pageSize = 4096

// Panel holds the knobs that are in force. It is safe for concurrent use.
type Panel struct {
	operations []string
	seed       uint64
	memoryCap  int64
	current    atomic.Pointer[plan]
}

// Fate is what the knobs decided for one request.
type Fate struct {
	// Gate is to be entered before Latency is waited for; nil lets everyone in.
	Gate    *Gate
	Latency time.Duration
	// ErrorStatus is the status to fail with, 0 when the request is to succeed.
	ErrorStatus int
	// PayloadBytes is the least size of a JSON body, 0 when it is to stay as it is.
	PayloadBytes int
}

// plan is one Set made ready; a change of the knobs replaces it whole, so that what it keeps goes with it.
type plan struct {
	set      Set
	controls map[string]*control
	gates    []*Gate
	memoryMu sync.Mutex
	memory   [][]byte
	grown    atomic.Int64
}

type control struct {
	latency     Distribution
	errorRate   float64
	errorStatus int
	growth      int64
	payload     int
	gate        *Gate
	stream      uint64
	drawn       atomic.Uint64
}

// NewPanel returns a Panel with no knob turned. The same seed gives the n-th request of an operation the
// same fate. memoryCap, in bytes, is the most that MemoryGrowthKiB keeps altogether.
func NewPanel(operations []string, seed uint64, memoryCap int64) *Panel {
	p := &Panel{operations: operations, seed: seed, memoryCap: memoryCap}
	p.apply(Set{})
	return p
}

// Seed returns the seed that all draws come from.
func (p *Panel) Seed() uint64 { return p.seed }

// Set returns the knobs in force; the caller does not change it.
func (p *Panel) Set() Set { return p.current.Load().set }

// Replace puts the whole set in force for the requests that come from now on: draws start again at the
// seed's first, and grown memory is let go. An invalid set is refused (see Set.Validate) and changes nothing.
func (p *Panel) Replace(set Set) error {
	if err := set.Validate(p.operations); err != nil {
		return err
	}
	p.apply(set)
	return nil
}

// Grown returns how many bytes MemoryGrowthKiB keeps at this moment.
func (p *Panel) Grown() int64 { return p.current.Load().grown.Load() }

// Waiting returns how many requests wait for a slot at this moment.
func (p *Panel) Waiting() int64 {
	var waiting int64
	for _, gate := range p.current.Load().gates {
		waiting += gate.Waiting()
	}
	return waiting
}

// Next decides the fate of an operation's next request, and grows the memory if that knob is turned.
// The operation is one of those given to NewPanel.
func (p *Panel) Next(operation string) Fate {
	current := p.current.Load()
	c := current.controls[operation]
	fate := Fate{Gate: c.gate, PayloadBytes: c.payload}
	if c.latency != nil || c.errorRate > 0 {
		random := rand.New(rand.NewPCG(p.seed^c.stream, scramble(c.drawn.Add(1)))) // #nosec G404 -- repeatable on purpose
		if random.Float64() < c.errorRate {
			fate.ErrorStatus = c.errorStatus
		}
		if c.latency != nil {
			fate.Latency = c.latency.Draw(random)
		}
	}
	if c.growth > 0 {
		current.grow(c.growth, p.memoryCap)
	}
	return fate
}

func (p *Panel) apply(set Set) {
	next := &plan{set: set, controls: make(map[string]*control, len(p.operations))}
	shared := next.gate(set[Everywhere])
	for _, operation := range p.operations {
		k := set.For(operation)
		c := &control{
			errorRate:   value(k.ErrorRate, 0),
			errorStatus: value(k.ErrorStatus, http.StatusInternalServerError),
			growth:      int64(value(k.MemoryGrowthKiB, 0)) << 10,
			payload:     value(k.PayloadBytes, 0),
			gate:        shared,
			stream:      hash(operation),
		}
		if k.Latency != nil {
			c.latency = k.Latency.Distribution
		}
		if set[operation].Concurrency != nil {
			c.gate = next.gate(set[operation])
		}
		next.controls[operation] = c
	}
	p.current.Store(next)
}

func (pl *plan) gate(k Knobs) *Gate {
	if value(k.Concurrency, 0) == 0 {
		return nil
	}
	gate := newGate(*k.Concurrency, value(k.QueueLimit, -1))
	pl.gates = append(pl.gates, gate)
	return gate
}

func (pl *plan) grow(bytes, limit int64) {
	if pl.grown.Add(bytes) > limit {
		pl.grown.Add(-bytes)
		return
	}
	block := make([]byte, bytes)
	// Memory that was never written to is not resident, so a chart of it would stay flat.
	for i := 0; i < len(block); i += pageSize {
		block[i] = 1
	}
	pl.memoryMu.Lock()
	pl.memory = append(pl.memory, block)
	pl.memoryMu.Unlock()
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never fails to write
	return h.Sum64()
}

// scramble is the finisher of SplitMix64: neighbouring numbers become unrelated seeds.
func scramble(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
