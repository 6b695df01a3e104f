package plogout

import "sync"

const (
	maxQueued      = 1200     // batches: twenty minutes
	maxQueuedBytes = 64 << 20 // gzipped
)

// item is an encoded batch that waits to be sent.
type item struct {
	seq     uint64
	body    []byte
	samples uint64
}

// queue keeps batches in order until PLOG has stored them. When it is full it
// forgets the oldest that is not on its way.
type queue struct {
	more chan struct{} // something was pushed, or the queue closed

	mu     sync.Mutex
	items  []item
	bytes  int
	lent   bool // the head is being sent
	closed bool
	lost   uint64 // samples
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

// push appends i; it reports how many batches had to be forgotten for it.
func (q *queue) push(i item) (forgotten int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, i)
	q.bytes += len(i.body)
	for len(q.items) > maxQueued || q.bytes > maxQueuedBytes {
		oldest := 0
		if q.lent {
			oldest = 1
		}
		if oldest >= len(q.items)-1 {
			break
		}
		q.lost += q.items[oldest].samples
		q.remove(oldest)
		forgotten++
	}
	q.wake()
	return forgotten
}

func (q *queue) remove(at int) {
	q.bytes -= len(q.items[at].body)
	copy(q.items[at:], q.items[at+1:])
	q.items[len(q.items)-1] = item{}
	q.items = q.items[:len(q.items)-1]
}

func (q *queue) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// next lends the oldest batch until done is called. ok is false when there is
// none now; ended when there never will be.
func (q *queue) next() (i item, ok, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false, q.closed
	}
	q.lent = true
	return q.items[0], true, false
}

// done forgets the batch that next lent; unless it was stored its samples are lost.
func (q *queue) done(stored bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !stored {
		q.lost += q.items[0].samples
	}
	q.remove(0)
	q.lent = false
}

// close says that nothing more is pushed.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

// abandon forgets everything.
func (q *queue) abandon() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, i := range q.items {
		q.lost += i.samples
	}
	q.items, q.bytes, q.closed = nil, 0, true
	q.wake()
}

// state returns how many batches wait, and how many samples were lost so far.
func (q *queue) state() (waiting int, lost uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items), q.lost
}
