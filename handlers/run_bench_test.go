package handlers_test

import (
	"bufio"
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/run"
)

// BenchmarkViewers shows one frame to 500 viewers of one run, and waits until
// each has it. CPU counts this process: the server and all its viewers.
func BenchmarkViewers(b *testing.B) {
	const viewers = 500
	w := newWorld(b, loadtest.Running)
	fan := &fanOut{}
	w.subscribe = fan.subscribe
	transport := &http.Transport{MaxConnsPerHost: 0}
	defer transport.CloseIdleConnections()
	var got sync.WaitGroup
	f := run.Fixture(loadtest.Running)
	ctx, cancel := context.WithCancel(b.Context())
	var ended sync.WaitGroup
	for range viewers {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/runs/"+string(w.run.ID)+"/events", nil)
		if err != nil {
			b.Fatal(err)
		}
		res, err := transport.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		ended.Go(func() {
			defer res.Body.Close()
			lines := bufio.NewScanner(res.Body)
			lines.Buffer(make([]byte, 64<<10), 1<<20)
			for lines.Scan() {
				// The points are a frame's last event.
				if strings.HasPrefix(lines.Text(), "event: points") {
					got.Done()
				}
			}
		})
	}
	before := cpu(b)
	b.ResetTimer()
	for b.Loop() {
		got.Add(viewers)
		fan.publish(f)
		got.Wait()
		f = later(f)
	}
	b.ReportMetric((cpu(b)-before)/float64(b.N)*1000, "cpu-ms/frame")
	b.ReportMetric(float64(runtime.NumGoroutine())/viewers, "goroutines/viewer")
	cancel()
	ended.Wait()
}

func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// fanOut is a feed of many readers.
type fanOut struct {
	mu    sync.Mutex
	feeds []chan *live.Frame
}

func (f *fanOut) subscribe() <-chan *live.Frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan *live.Frame, 1)
	f.feeds = append(f.feeds, c)
	return c
}

func (f *fanOut) publish(frame *live.Frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.feeds {
		c <- frame
	}
}
