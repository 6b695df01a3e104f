package metrics

import (
	"encoding/binary"
	"math"

	"plog.dev/plog/domain"
)

// The encoding: a version byte; sum, min and max as little-endian float64;
// then uvarints: how many values were clipped, how many buckets follow, and per
// bucket the distance of its index from the one before (from -1 at first) and
// its count. Indexes are those of the HDR layout with 2,048 sub-buckets.
const (
	encodingVersion = 1
	encodingHeader  = 1 + 3*8
	// maxEncodedCount bounds what one encoded histogram may claim, so that sums
	// of many never overflow.
	maxEncodedCount = 1 << 48
)

// Encode returns the histogram as bytes for AddEncoded; nil when empty.
func (h *Histogram) Encode() []byte { return h.AppendEncoded(nil) }

// AppendEncoded appends what Encode returns to b.
func (h *Histogram) AppendEncoded(b []byte) []byte {
	if h.Count() == 0 {
		return b
	}
	buckets := 0
	for range h.packed.ForEachBucket {
		buckets++
	}
	b = append(b, encodingVersion)
	for _, f := range [...]float64{h.sum, h.min, h.max} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	b = binary.AppendUvarint(b, h.clipped)
	b = binary.AppendUvarint(b, uint64(buckets)) //nolint:gosec // a length
	previous := int64(-1)
	for low, count := range h.packed.ForEachBucket {
		index := bucketIndex(low)
		b = binary.AppendUvarint(b, uint64(index-previous)) //nolint:gosec // ascending
		b = binary.AppendUvarint(b, uint64(count))          //nolint:gosec // positive
		previous = index
	}
	return b
}

// bucketIndex returns the index of the bucket that v falls in.
func bucketIndex(v int64) int64 {
	shift := bucketShift(v)
	return int64(shift)<<(subBucketBits-1) + v>>shift
}

// bucketLow returns the smallest value, in units, of the bucket with index i.
func bucketLow(i int64) int64 {
	if i < 1<<subBucketBits {
		return i
	}
	shift := i>>(subBucketBits-1) - 1
	return (i - shift<<(subBucketBits-1)) << shift
}

// AddEncoded merges what Encode returned, straight from the bytes. It returns
// Invalid, with the histogram unchanged, when they are not such an encoding.
// No bytes are an empty histogram.
func (h *Histogram) AddEncoded(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	head, err := checkEncoded(b)
	if err != nil {
		return err
	}
	h.note(head.sum, head.min, head.max)
	h.clipped += head.clipped
	index, r := int64(-1), head.body
	for range head.buckets {
		delta, n := binary.Uvarint(r)
		count, m := binary.Uvarint(r[n:])
		r = r[n+m:]
		index += int64(delta) //nolint:gosec // checked
		// Checked: within the geometry, and far from overflow.
		_ = h.packed.RecordValues(bucketLow(index), int64(count)) //nolint:gosec // checked
	}
	return nil
}

type encodedHead struct {
	sum, min, max float64
	clipped       uint64
	buckets       uint64
	body          []byte
}

// checkEncoded walks the whole of b, so that AddEncoded can trust it.
func checkEncoded(b []byte) (encodedHead, error) {
	var head encodedHead
	if b[0] != encodingVersion {
		return head, errEncoding("its version is not known")
	}
	if len(b) < encodingHeader {
		return head, errEncoding("it is cut off")
	}
	for i, f := range [...]*float64{&head.sum, &head.min, &head.max} {
		*f = math.Float64frombits(binary.LittleEndian.Uint64(b[1+8*i:]))
		if math.IsNaN(*f) || math.IsInf(*f, 0) {
			return head, errEncoding("a figure is not a number")
		}
	}
	r := b[encodingHeader:]
	var ok bool
	if head.clipped, r, ok = uvarint(r); !ok {
		return head, errEncoding("it is cut off")
	}
	if head.buckets, r, ok = uvarint(r); !ok || head.buckets == 0 || head.buckets > uint64(len(r)) {
		return head, errEncoding("its length is wrong")
	}
	head.body = r
	total, err := checkBuckets(r, head.buckets)
	if err != nil {
		return head, err
	}
	if head.clipped > total || head.min > head.max {
		return head, errEncoding("its figures contradict each other")
	}
	return head, nil
}

func checkBuckets(r []byte, buckets uint64) (total uint64, err error) {
	highest := uint64(bucketIndex(highestUnits)) //nolint:gosec // positive
	next := uint64(0)                            // the index after the last one
	for range buckets {
		var delta, count uint64
		var ok bool
		if delta, r, ok = uvarint(r); !ok {
			return 0, errEncoding("it is cut off")
		}
		if count, r, ok = uvarint(r); !ok {
			return 0, errEncoding("it is cut off")
		}
		if delta == 0 || delta > highest+1-next || count == 0 || count > maxEncodedCount-total {
			return 0, errEncoding("a bucket is out of range")
		}
		next += delta
		total += count
	}
	if len(r) > 0 {
		return 0, errEncoding("something follows its end")
	}
	return total, nil
}

func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

func errEncoding(reason string) error {
	return domain.Errorf(domain.Invalid, "metrics.histogram.encoding",
		"A histogram cannot be read: {{.Reason}}.", "Reason", reason)
}
