package plogout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sirupsen/logrus"

	"plog.dev/plog/domain/metrics"
)

const (
	attemptTimeout = 15 * time.Second
	helloTimeout   = 3 * time.Second
	firstPause     = 100 * time.Millisecond
	longestPause   = 2 * time.Second
	maxReply       = 64 << 10
)

// errRefused says that PLOG will never take anything from us.
var errRefused = errors.New("PLOG refuses this run's results")

// errRejected says that PLOG will never take this batch.
var errRejected = errors.New("PLOG cannot use a batch")

// sender sends the queue's batches one after the other.
type sender struct {
	cfg    config
	client *http.Client
	clock  *clock
	queue  *queue
	log    logrus.FieldLogger
	stop   func(reason string) // ends the test
	known  bool                // PLOG has taken a batch; hello, then run use it in turn
}

func newSender(c config, clk *clock, q *queue, log logrus.FieldLogger, stop func(string)) *sender {
	// Its own connections: nothing of the target's load is in their way.
	return &sender{cfg: c, client: &http.Client{Transport: &http.Transport{MaxIdleConns: 1}}, clock: clk, queue: q, log: log, stop: stop}
}

// hello sends the first batch at once, to learn PLOG's time and whether it
// knows us. It returns an error only if PLOG refuses; a PLOG that is away for
// the moment gets the batch later.
func (s *sender) hello() error {
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	i, ok, _ := s.queue.next()
	if !ok {
		return nil
	}
	reply, err := s.post(ctx, i)
	switch {
	case err == nil:
		s.queue.done(true)
		s.heed(reply)
	case errors.Is(err, errRefused), errors.Is(err, errRejected):
		return err
	default:
		s.log.WithError(err).Warn("PLOG does not answer yet; results are kept for it")
	}
	return nil
}

// run sends until the queue has ended or ctx does.
func (s *sender) run(ctx context.Context) {
	for {
		i, ok, ended := s.queue.next()
		if ended {
			return
		}
		if !ok {
			select {
			case <-s.queue.more:
				continue
			case <-ctx.Done():
				return
			}
		}
		reply, err := s.deliver(ctx, i)
		switch {
		case err == nil:
			s.queue.done(true)
			s.heed(reply)
		case errors.Is(err, errRejected):
			s.queue.done(false)
			s.log.WithError(err).Error("A second of results is lost")
		case errors.Is(err, errRefused):
			s.queue.abandon()
			s.log.WithError(err).Error("Nothing more is reported")
			s.stop(err.Error())
			return
		default:
			return // ctx ended
		}
	}
}

// deliver tries until PLOG has answered for good.
func (s *sender) deliver(ctx context.Context, i item) (metrics.Reply, error) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = firstPause, longestPause
	failed := false
	reply, err := backoff.Retry(ctx, func() (metrics.Reply, error) {
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		defer cancel()
		reply, err := s.post(attempt, i)
		if errors.Is(err, errRefused) || errors.Is(err, errRejected) {
			return reply, backoff.Permanent(err)
		}
		return reply, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, _ time.Duration) {
		if !failed {
			failed = true
			s.log.WithError(err).Warn("PLOG does not answer; results are kept for it")
		}
	}))
	if err == nil && failed {
		s.log.Info("PLOG answers again")
	}
	return reply, err
}

func (s *sender) post(ctx context.Context, i item) (metrics.Reply, error) {
	var reply metrics.Reply
	url, err := s.cfg.batchesURL()
	if err != nil {
		return reply, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(i.body))
	if err != nil {
		return reply, fmt.Errorf("report to PLOG: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+s.cfg.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set(metrics.IngestVersionHeader, metrics.IngestVersion)
	sent := time.Now()
	res, err := s.client.Do(req)
	if err != nil {
		return reply, fmt.Errorf("report to PLOG: %w", err)
	}
	received := time.Now()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return reply, fmt.Errorf("read PLOG's answer: %w", err)
	}
	if res.Header.Get(metrics.IngestVersionHeader) == "" {
		return reply, fmt.Errorf("another server answers at PLOG's address: status %d", res.StatusCode)
	}
	if err := judge(res.StatusCode, s.known, body); err != nil {
		return reply, err
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return reply, fmt.Errorf("read PLOG's answer: %w", err)
	}
	s.known = true
	s.clock.Learn(sent, received, reply.Now)
	return reply, nil
}

// judge returns nil for a batch that was stored, errRefused or errRejected when
// trying again is of no use. A PLOG that has taken a batch knows the run and its
// token for as long as the run is active: who does not is another PLOG.
func judge(status int, known bool, body []byte) error {
	said := strings.TrimSpace(clip(string(body), 200))
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusNotFound:
		if known {
			return fmt.Errorf("another PLOG answers, without this run: status %d: %s", status, said)
		}
		return fmt.Errorf("%w: status %d: %s", errRefused, status, said)
	case http.StatusGone:
		return fmt.Errorf("%w: status %d: %s", errRefused, status, said)
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: status %d: %s", errRejected, status, said)
	}
	return fmt.Errorf("PLOG answers with status %d: %s", status, said)
}

func (s *sender) heed(r metrics.Reply) {
	if r.Stop {
		s.stop(r.Reason)
	}
}
