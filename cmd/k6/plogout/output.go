// Package plogout is k6's output "plog". It adds samples up inside k6, one
// distribution per series and second, and reports them to PLOG once a second by
// the contract that package metrics documents. While PLOG is away batches wait
// in memory; at the end of a run they are waited for.
package plogout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/errext"
	"go.k6.io/k6/errext/exitcodes"
	k6metrics "go.k6.io/k6/metrics"
	"go.k6.io/k6/output"

	"plog.dev/plog/domain/metrics"
)

func init() {
	output.RegisterExtension("plog", func(p output.Params) (output.Output, error) { return New(p) })
}

// settle is how long after a second's end it is reported, so that the samples
// that k6 still holds are in it.
const settle = 100 * time.Millisecond

// Output reports a run to PLOG.
type Output struct {
	cfg    config
	log    logrus.FieldLogger
	clock  *clock
	agg    *aggregator
	logs   *logs
	health *health
	queue  *queue
	sender *sender
	seq    uint64 // of the last batch; Start, then report, then Stop use it in turn

	stopOnce sync.Once
	stopTest func(error) // k6's; nil if it has none

	quit    chan struct{} // closed by Stop: no more seconds
	seconds sync.WaitGroup
	cancel  context.CancelFunc // ends the threads
	threads sync.WaitGroup
	sent    chan struct{} // closed when the sender has ended
}

var (
	_ output.WithTestRunStop       = (*Output)(nil)
	_ output.WithStopWithTestError = (*Output)(nil)
)

// New returns the output that p's environment describes, or an error that names
// the setting that is missing or wrong.
func New(p output.Params) (*Output, error) {
	c, err := newConfig(p)
	if err != nil {
		return nil, err
	}
	clk, mask := newClock(), newMask(p.Environment)
	o := &Output{
		cfg: c, log: p.Logger.WithField("output", "plog"), clock: clk,
		agg: newAggregator(c.trends, clk.At, mask), logs: &logs{now: clk.At, mask: mask}, health: newHealth(),
		queue: newQueue(), quit: make(chan struct{}), sent: make(chan struct{}),
	}
	o.sender = newSender(c, clk, o.queue, o.log, o.endTest)
	o.logs.attach(p.Logger)
	return o, nil
}

// Description names the output in k6's banner.
func (o *Output) Description() string {
	if o.cfg.url == "" {
		return "plog (" + o.cfg.urlFile + ")"
	}
	return "plog (" + o.cfg.url + ")"
}

// SetTestRunStopCallback takes the function that ends the test.
func (o *Output) SetTestRunStopCallback(stop func(error)) { o.stopTest = stop }

// Start says hello to PLOG and begins to report. It returns an error if PLOG
// refuses the run.
func (o *Output) Start() error {
	if err := o.report(0, false); err != nil {
		return err
	}
	if err := o.sender.hello(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	o.seconds.Go(o.everySecond)
	o.threads.Go(func() { o.health.probe(ctx) })
	o.threads.Go(func() {
		defer close(o.sent)
		o.sender.run(ctx)
	})
	return nil
}

// AddMetricSamples adds samples up.
func (o *Output) AddMetricSamples(samples []k6metrics.SampleContainer) { o.agg.Add(samples) }

// everySecond reports each second soon after it ended, by PLOG's clock.
func (o *Output) everySecond() {
	for {
		now := o.clock.At(time.Now())
		timer := time.NewTimer(now.Add(-settle).Truncate(time.Second).Add(time.Second + settle).Sub(now))
		select {
		case <-o.quit:
			timer.Stop()
			return
		case <-timer.C:
		}
		if err := o.report(o.clock.At(time.Now()).Unix(), false); err != nil {
			o.log.WithError(err).Error("A second of results is lost")
		}
	}
}

// report queues a batch of all seconds before end.
func (o *Output) report(end int64, final bool) error {
	now := o.clock.At(time.Now()).UTC()
	b := metrics.Batch{Instance: o.cfg.instance, Seq: o.seq + 1, SentAt: now, Final: final, Rollups: o.agg.Take(end)}
	b.Logs, b.Samples = o.logs.take()
	b.Heartbeat = o.health.beat(now)
	folded, dropped := o.agg.lost()
	b.Heartbeat.LostSeries, b.Heartbeat.DroppedIters = folded, uint64(dropped)
	b.Heartbeat.Buffered, b.Heartbeat.LostSamples = o.queue.state()

	var samples uint64
	for i := range b.Rollups {
		samples += b.Rollups[i].Count
	}
	var body bytes.Buffer
	if err := metrics.EncodeBatch(&body, b); err != nil {
		return err
	}
	o.seq++
	if n := o.queue.push(item{seq: b.Seq, body: body.Bytes(), samples: samples}); n > 0 {
		o.log.Errorf("PLOG has been away for too long: %d batches of results had to be given up", n)
	}
	return nil
}

// endTest ends the test gracefully, once.
func (o *Output) endTest(reason string) {
	select {
	case <-o.quit:
		return // it has ended
	default:
	}
	o.stopOnce.Do(func() {
		if reason == "" {
			reason = "PLOG stopped the run"
		}
		if o.stopTest != nil {
			o.stopTest(errext.WithAbortReasonIfNone(
				errext.WithExitCodeIfNone(errors.New(reason), exitcodes.ExternalAbort), errext.AbortedByOutput))
		}
	})
}

// Stop reports the rest and waits until PLOG has everything, at most for
// K6_PLOG_FLUSH_TIMEOUT. It returns an error if something was not delivered.
func (o *Output) Stop() error { return o.StopWithTestError(nil) }

// StopWithTestError is Stop; what ended the test is reported as its last words.
func (o *Output) StopWithTestError(testErr error) error {
	if o.cancel == nil {
		return nil // Start has failed
	}
	defer o.threads.Wait()
	defer o.cancel()
	close(o.quit)
	o.seconds.Wait()
	if testErr != nil {
		o.logs.add(time.Now(), "error", testErr.Error())
	}
	if err := o.report(everything, true); err != nil {
		o.log.WithError(err).Error("The last second of results is lost")
	}
	o.queue.close()
	timeout := time.NewTimer(o.cfg.flush)
	defer timeout.Stop()
	select {
	case <-o.sent:
	case <-timeout.C:
		o.cancel()
		<-o.sent
	}
	waiting, lost := o.queue.state()
	if waiting > 0 || lost > 0 {
		return fmt.Errorf("PLOG did not get everything: %d batches were not taken, and %d samples had to be given up before", waiting, lost)
	}
	return nil
}
