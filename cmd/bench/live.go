package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// mostDelay is how late a request may be on the page, for 95 of 100.
const mostDelay = 1500 * time.Millisecond

type liveCmd struct {
	Duration time.Duration `default:"15s" help:"How long the load lasts."`
	Rate     float64       `default:"300" help:"Requests per second."`
}

// Run measures and prints.
func (c *liveCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

func (c *liveCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	target, err := startTarget(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, target.server.Close()) }()
	err = inTemp(func(dir string) (err error) {
		server, err := b.startPLOG(ctx, dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.stop()) }()
		b.say("live: %s at %g requests/s", c.Duration, c.Rate)
		told, begun, err := c.watch(ctx, server, target.url)
		if err != nil {
			return err
		}
		s = c.section(target.ended(), told, begun)
		return nil
	})
	return s, err
}

// told is how many requests the page knew at a moment.
type told struct {
	total uint64
	at    time.Time
}

// watch carries a run out and returns what its page was told, and how long
// after Run was pressed the first figures came.
func (c *liveCmd) watch(ctx context.Context, server *plogServer, target string) (all []told, begun time.Duration, err error) {
	if err := server.signIn(ctx); err != nil {
		return nil, 0, err
	}
	project, err := server.addProject(ctx)
	if err != nil {
		return nil, 0, err
	}
	pressed := time.Now()
	run, err := server.run(ctx, project, loadtest.Plan{
		Name: "Live", BaseURL: target,
		Scenarios: []loadtest.Scenario{{
			Name: "load", Executor: loadtest.ConstantArrivalRate, Rate: c.Rate, Duration: domain.Dur(c.Duration), PreVUs: 20, MaxVUs: 100,
			Steps: []loadtest.Step{{Method: http.MethodGet, Path: "/"}},
		}},
	})
	if err != nil {
		return nil, 0, err
	}
	stream, err := server.events(ctx, run)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	got, err := watchRun(stream, func(total uint64, at time.Time) { all = append(all, told{total, at}) })
	if err == nil && (!got.finished || len(all) == 0) {
		err = errors.New("the stream ended before the run, or without a request")
	}
	if err != nil {
		return nil, 0, err
	}
	return all, all[0].at.Sub(pressed), nil
}

// delays returns, in milliseconds and ascending, how long after its end each
// request was in what the page was told. Both are in the order of time: the
// n-th request to end is in the first message that counts n.
func delays(ended []time.Time, all []told) []float64 {
	var out []float64
	i := 0
	for n, end := range ended {
		for i < len(all) && all[i].total < uint64(n+1) {
			i++
		}
		if i == len(all) {
			break
		}
		out = append(out, milliseconds(all[i].at.Sub(end)))
	}
	slices.Sort(out)
	return out
}

func (c *liveCmd) section(ended []time.Time, all []told, begun time.Duration) section {
	late := delays(ended, all)
	t := table{head: []string{"Delay", "p50", "p95", "max", "messages"}}
	t.add("request's end → in the page's events", ms(quantile(late, 0.5)), ms(quantile(late, 0.95)), ms(late[len(late)-1]), fmt.Sprint(len(all)))
	p95 := quantile(late, 0.95)
	return section{
		title: "Live",
		how: fmt.Sprintf("`plog serve` with its own k6 for %s at %g requests/s. The target notes when it ended each request; "+
			"the delay is until the first `points` event of the run page's stream whose counts contain it. "+
			"The first figures came %.1f s after Run was pressed.", c.Duration, c.Rate, begun.Seconds()),
		tables: []table{t},
		targets: []target{
			{"requests that reached the page", "all", fmt.Sprintf("%d of %d", len(late), len(ended)), len(late) == len(ended)},
			{"delay, p95", "≤ " + ms(milliseconds(mostDelay)), ms(p95), p95 <= milliseconds(mostDelay)},
		},
	}
}

// clockedTarget is an API that notes when it ended each request.
type clockedTarget struct {
	url    string
	server *http.Server

	mu   sync.Mutex
	ends []time.Time
}

func startTarget(ctx context.Context) (*clockedTarget, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start target: %w", err)
	}
	t := &clockedTarget{url: "http://" + l.Addr().String()}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = t.server.Serve(l) }() // until Close
	return t, nil
}

// ServeHTTP implements http.Handler.
func (t *clockedTarget) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ends = append(t.ends, time.Now())
}

// ended returns when each request ended, in order.
func (t *clockedTarget) ended() []time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(slices.Values(t.ends), time.Time.Compare)
}
