package hub

import (
	"context"
	"time"

	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
)

// watch adds a reader; false when the last frame is out already.
func (c *Collector) watch(ctx context.Context) (<-chan *live.Frame, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil, false
	}
	feed := make(chan *live.Frame, 1)
	c.feeds[feed] = struct{}{}
	if now := time.Now(); c.frame == nil || c.dirty || now.Sub(c.frame.At) >= minGap {
		c.publish(now)
	} else {
		feed <- c.frame
	}
	context.AfterFunc(ctx, func() { c.leave(feed) })
	return feed, true
}

func (c *Collector) leave(feed chan *live.Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, here := c.feeds[feed]; here {
		delete(c.feeds, feed)
		close(feed)
	}
}

func (c *Collector) watchers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.feeds)
}

func (c *Collector) tick(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frame == nil || c.dirty && now.Sub(c.frame.At) >= minGap || now.Sub(c.frame.At) >= idleGap {
		c.publish(now)
	}
}

// publish makes a frame and hands it out. A run that nobody watches and that
// no threshold can end is only counted: its snapshot is made when asked for.
func (c *Collector) publish(now time.Time) {
	if c.over || len(c.feeds) == 0 && !c.aborts {
		return
	}
	frame := &live.Frame{
		Seq: 1, At: now, Run: c.run, Queue: c.queue, Planned: c.planned,
		Elapsed: elapsed(c.run, now), Silent: c.silent(now), Snapshot: c.agg.Snapshot(now),
	}
	if c.frame != nil {
		frame.Seq = c.frame.Seq + 1
	}
	c.frame, c.dirty = frame, false
	for feed := range c.feeds {
		select {
		case <-feed: // an unread frame gives way to the newest
		default:
		}
		feed <- frame
	}
	c.judge(frame)
}

func (c *Collector) judge(frame *live.Frame) {
	if !c.aborts || c.run.State != loadtest.Running || c.limit.Abort {
		return
	}
	for _, t := range frame.Snapshot.Thresholds {
		if t.Abort {
			c.limit = t
			if c.stop == "" {
				c.stop = loadtest.ErrThreshold.Message.String()
			}
			close(c.crossed)
			return
		}
	}
}

func (c *Collector) silent(now time.Time) time.Duration {
	since := c.heard
	if since.IsZero() {
		since = c.run.StartedAt
	}
	if c.run.State != loadtest.Running || since.IsZero() {
		return 0
	}
	if d := now.Sub(since); d >= silence {
		return d
	}
	return 0
}

func elapsed(run loadtest.Run, now time.Time) time.Duration {
	if run.StartedAt.IsZero() {
		return 0
	}
	if !run.EndedAt.IsZero() {
		now = run.EndedAt
	}
	return max(now.Sub(run.StartedAt), 0)
}
