package handlers

import (
	"bytes"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/sse"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/report"
)

// Events streams a run: unnamed events are HTML of the panels that changed,
// events named "points" the seconds of the charts that are new or changed, as
// JSON, and one named "finished" is the last. The first events are the complete
// state, so a reader who comes back needs no replay.
func (h *Runs) Events(c echo.Context) error {
	ctx := c.Request().Context()
	id := runID(c)
	frames, err := h.Feed.Subscribe(ctx, id)
	if err != nil {
		return err
	}
	v := variant{id, i18n.Lang(ctx).String(), report.ParseSort(c.QueryParam("sort"), c.QueryParam("dir"))}
	defer h.shared.join(v)()
	stream, err := sse.Open(c.Response())
	if err != nil {
		return err
	}
	w := watcher{seen: map[string][]byte{}}
	return sse.Each(ctx, stream, frames, func(f *live.Frame) ([]byte, error) {
		r, err := h.shared.of(ctx, v, f)
		if err != nil {
			return nil, err
		}
		return w.events(r)
	})
}

// watcher is what one reader knows.
type watcher struct {
	rev  uint64            // the points' revision
	seen map[string][]byte // the panels as they were sent
}

// events returns what is new to the reader in a frame.
func (w *watcher) events(r *rendered) ([]byte, error) {
	var out []byte
	f := r.frame
	if f.Run.State != loadtest.Finished {
		for _, p := range r.panels {
			if before, sent := w.seen[p.id]; !sent || !bytes.Equal(before, p.data) {
				out = append(out, p.data...)
				w.seen[p.id] = p.data
			}
		}
		if len(out) > 0 {
			out = append(out, '\n')
		}
	}
	points, err := r.pointsSince(w.rev)
	if err != nil {
		return nil, err
	}
	out = append(out, points...)
	w.rev = f.Snapshot.Rev
	if f.Run.State == loadtest.Finished {
		out = sse.Append(out, "finished", nil)
	}
	return out, nil
}
