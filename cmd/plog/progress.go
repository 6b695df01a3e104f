package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/cwriter"
	"github.com/vbauerster/mpb/v8/decor"

	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
)

// progress shows how a run goes on.
type progress interface {
	frame(f *live.Frame)
	say(text string)
	close()
}

// newProgress returns a bar on a terminal, and a line every two seconds elsewhere.
func newProgress(w io.Writer) progress {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return &lines{w: w}
	}
	if _, height, err := cwriter.GetSize(int(f.Fd())); err != nil || height == 0 {
		return &lines{w: w} // nobody set the terminal's size, so a bar has no room
	}
	return newBar(w)
}

// lineEvery is how often a line is written when nothing but the figures changed.
const lineEvery = 2 * time.Second

type lines struct {
	w     io.Writer
	at    time.Time
	state loadtest.State
}

func (l *lines) frame(f *live.Frame) {
	if f.Run.State == l.state && f.At.Sub(l.at) < lineEvery {
		return
	}
	l.at, l.state = f.At, f.Run.State
	fmt.Fprintf(l.w, "%s  %-8s  %s\n", clock(f), f.Run.State, figures(f))
}

func (l *lines) say(text string) { fmt.Fprintln(l.w, text) }
func (l *lines) close()          {}

type bar struct {
	progress *mpb.Progress
	bar      *mpb.Bar
	newest   atomic.Pointer[live.Frame]
}

func newBar(w io.Writer) *bar {
	b := &bar{progress: mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithWidth(40))}
	text := func(of func(*live.Frame) string) decor.Decorator {
		return decor.Any(func(decor.Statistics) string {
			if f := b.newest.Load(); f != nil {
				return of(f)
			}
			return ""
		})
	}
	b.bar = b.progress.New(0, mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏"),
		mpb.PrependDecorators(text(func(f *live.Frame) string { return clock(f) + " " + string(f.Run.State) + " " })),
		mpb.AppendDecorators(text(func(f *live.Frame) string { return " " + figures(f) })))
	return b
}

func (b *bar) frame(f *live.Frame) {
	b.newest.Store(f)
	b.bar.SetTotal(f.Planned.Milliseconds()+1, false) // the 1 keeps it open while requests end
	b.bar.SetCurrent(min(f.Elapsed, f.Planned).Milliseconds())
}

func (b *bar) say(text string) { _, _ = b.progress.Write([]byte(text + "\n")) } // only the display is lost

func (b *bar) close() {
	b.bar.Abort(false)
	b.progress.Wait()
}

func clock(f *live.Frame) string {
	return fmt.Sprintf("%s/%s", minutes(f.Elapsed), minutes(f.Planned))
}

func minutes(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// figures are those of the last second while a load runs, so that a change
// shows, and those of the whole run once it has ended.
func figures(f *live.Frame) string {
	s, now := f.Snapshot, f.Snapshot.Now
	switch {
	case s.Overall.Requests == 0:
		return "no request yet"
	case f.Run.State == loadtest.Finished && s.Overall.Latency != nil:
		vus := float64(s.Overall.VUsMax)
		now.TPS, now.P95, now.VUs = &s.Overall.TPS, &s.Overall.Latency.P95, &vus
	}
	return fmt.Sprintf("%s req  %s/s  p95 %s ms  errors %s  %s VUs",
		grouped(s.Overall.Requests), optional(now.TPS, "%.1f"), optional(now.P95, "%.1f"), percentage(s.Overall.ErrorRate), optional(now.VUs, "%.0f"))
}

func optional(v *float64, format string) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf(format, *v)
}
