// Package sse writes event streams (text/event-stream) to browsers.
package sse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// PingEvery is how long a Stream may say nothing: a comment then shows the
// reader, and whatever stands between, that it lives.
const PingEvery = 10 * time.Second

// writeLimit is how long a reader may take for one write until it counts as gone.
const writeLimit = 15 * time.Second

// Stream is an answer that goes on. It belongs to the goroutine that opened it.
type Stream struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

// Open begins the answer. Nothing may have been written before.
func Open(w http.ResponseWriter) (*Stream, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &Stream{w: w, out: http.NewResponseController(w)}
	w.WriteHeader(http.StatusOK)
	return s, s.flush()
}

// Send writes what Event or Append made, and waits until it is on its way. It
// fails when the reader is gone or has not taken anything for a while.
func (s *Stream) Send(events []byte) error {
	if len(events) == 0 {
		return nil
	}
	if err := s.extend(); err != nil {
		return err
	}
	if _, err := s.w.Write(events); err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	return s.flush()
}

// Ping writes a comment that readers ignore.
func (s *Stream) Ping() error { return s.Send([]byte(":\n\n")) }

// extend moves the write deadline: it holds per write, not per answer. What
// has none, such as a test's recorder, has none.
func (s *Stream) extend() error {
	err := s.out.SetWriteDeadline(time.Now().Add(writeLimit))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("extend the write deadline: %w", err)
	}
	return nil
}

func (s *Stream) flush() error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("flush events: %w", err)
	}
	return nil
}

// Each sends what next makes of every value of a channel, and a ping when none
// came for PingEvery. It returns nil when the channel is closed or ctx ends,
// and the error that a reader who is gone causes.
func Each[T any](ctx context.Context, s *Stream, values <-chan T, next func(T) ([]byte, error)) error {
	ping := time.NewTicker(PingEvery)
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ping.C:
			if err := s.Ping(); err != nil {
				return err
			}
		case v, open := <-values:
			if !open {
				return nil
			}
			events, err := next(v)
			if err != nil {
				return err
			}
			if err := s.Send(events); err != nil {
				return err
			}
			ping.Reset(PingEvery)
		}
	}
}

// Append writes one event to dst: its name, none when empty, and its data, of
// which each line gets its own prefix.
func Append(dst []byte, name string, data []byte) []byte {
	if name != "" {
		dst = append(append(append(dst, "event: "...), name...), '\n')
	}
	return append(AppendData(dst, data), '\n')
}

// AppendData writes lines of data without ending their event, so that an event
// can be put together of pieces that were prepared apart.
func AppendData(dst, data []byte) []byte {
	for {
		line, rest, more := bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		dst = append(append(append(dst, "data: "...), bytes.ReplaceAll(line, []byte{'\r'}, []byte{' '})...), '\n')
		if !more {
			return dst
		}
		data = rest
	}
}
