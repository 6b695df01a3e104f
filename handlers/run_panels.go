package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/handlers/sse"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/report"
	"plog.dev/plog/views/run"
)

// variant is what the events of one run differ in between readers.
type variant struct {
	run  domain.RunID
	lang string
	sort report.Sort
}

// rendered is one frame as events, made once for all readers of a variant.
type rendered struct {
	frame  *live.Frame
	once   sync.Once
	panels []panelEvent
	err    error

	mu     sync.Mutex
	points map[uint64][]byte // the event for those who know the points up to a revision
}

// panelEvent is one panel as lines of an event's data.
type panelEvent struct {
	id   string
	data []byte
}

// panelCache shares the newest rendered frame of each variant among its
// readers; a variant without readers is forgotten. The zero value is ready.
type panelCache struct {
	mu       sync.Mutex
	variants map[variant]*sharedVariant
}

type sharedVariant struct {
	readers int
	newest  *rendered
}

// join counts a reader in; leave counts it out.
func (p *panelCache) join(v variant) (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.variants == nil {
		p.variants = map[variant]*sharedVariant{}
	}
	s := p.variants[v]
	if s == nil {
		s = &sharedVariant{}
		p.variants[v] = s
	}
	s.readers++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if s.readers--; s.readers == 0 {
			delete(p.variants, v)
		}
	}
}

// of returns the events of a frame for a reader who has joined. ctx carries the
// variant's language; whoever comes first renders, the others wait.
func (p *panelCache) of(ctx context.Context, v variant, f *live.Frame) (*rendered, error) {
	r := p.entry(v, f)
	// The first reader's leaving must not spoil the frame for the others.
	r.once.Do(func() { r.panels, r.err = renderPanels(context.WithoutCancel(ctx), v, f) })
	return r, r.err
}

func (p *panelCache) entry(v variant, f *live.Frame) *rendered {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.variants[v]
	if s == nil {
		return &rendered{frame: f}
	}
	if s.newest == nil || s.newest.frame != f {
		fresh := &rendered{frame: f}
		if s.newest == nil || s.newest.frame.Seq < f.Seq || f.Seq == 1 {
			s.newest = fresh
		}
		return fresh
	}
	return s.newest
}

func renderPanels(ctx context.Context, v variant, f *live.Frame) ([]panelEvent, error) {
	var out []panelEvent
	var buf bytes.Buffer
	for _, panel := range run.Panels(i18n.Lang(ctx), f, v.sort) {
		buf.Reset()
		if err := run.Update(panel).Render(ctx, &buf); err != nil {
			return nil, fmt.Errorf("render %s of run %s: %w", panel.ID, v.run, err)
		}
		out = append(out, panelEvent{panel.ID, sse.AppendData(nil, buf.Bytes())})
	}
	return out, nil
}

// pointsSince returns the event with the points that are newer than a revision,
// nil when there are none.
func (r *rendered) pointsSince(rev uint64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if event, made := r.points[rev]; made {
		return event, nil
	}
	var event []byte
	points := report.Points(report.OfFrame(r.frame), rev)
	if len(points.T) > 0 {
		text, err := json.Marshal(points)
		if err != nil {
			return nil, fmt.Errorf("write points: %w", err)
		}
		event = sse.Append(nil, "points", text)
	}
	if r.points == nil {
		r.points = map[uint64][]byte{}
	}
	r.points[rev] = event
	return event, nil
}
