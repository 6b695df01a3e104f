package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// event is one message of an event stream.
type event struct {
	name string
	data string
	size int // bytes on the wire
}

// longestLine bounds what one line of a stream may hold.
const longestLine = 8 << 20

// readEvents calls each for every event until the stream ends. Data of other
// events than keep is dropped.
func readEvents(stream io.Reader, keep string, each func(event) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	var e event
	var data []byte
	for lines.Scan() {
		line := lines.Bytes()
		e.size += len(line) + 1
		switch {
		case len(line) == 0:
			e.data = string(data)
			if err := each(e); err != nil {
				return err
			}
			e, data = event{}, data[:0]
		case bytes.HasPrefix(line, []byte("event: ")):
			e.name = string(line[len("event: "):])
		case e.name == keep && bytes.HasPrefix(line, []byte("data: ")):
			data = append(append(data, line[len("data: "):]...), '\n')
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	return nil
}

// seen is what a watcher of a run's page knows of its seconds.
type seen struct {
	requests map[int64]uint64    // by second, the newest that was told
	first    map[int64]time.Time // when a second was first told with requests
	total    uint64
	bytes    int
	finished bool
}

// watchRun reads a run's events to their end. progress, which may be nil, is
// called after each message that changed the count of all requests.
func watchRun(stream io.Reader, progress func(total uint64, at time.Time)) (*seen, error) {
	s := &seen{requests: map[int64]uint64{}, first: map[int64]time.Time{}}
	err := readEvents(stream, "points", func(e event) error {
		at := time.Now()
		s.bytes += e.size
		switch e.name {
		case "finished":
			s.finished = true
		case "points":
			before := s.total
			if err := s.take(e.data, at); err != nil {
				return err
			}
			if progress != nil && s.total != before {
				progress(s.total, at)
			}
		}
		return nil
	})
	return s, err
}

// take adds the points of one event.
func (s *seen) take(data string, at time.Time) error {
	var points struct {
		T      []float64             `json:"t"`
		Series map[string][]*float64 `json:"series"`
	}
	if err := json.Unmarshal([]byte(data), &points); err != nil {
		return fmt.Errorf("read points: %w", err)
	}
	for i, t := range points.T {
		second, n := int64(t), uint64(0)
		for key, values := range points.Series {
			if strings.HasPrefix(key, "status:") && i < len(values) && values[i] != nil {
				n += uint64(*values[i])
			}
		}
		s.total += n - s.requests[second]
		s.requests[second] = n
		if _, known := s.first[second]; !known && n > 0 {
			s.first[second] = at
		}
	}
	return nil
}
