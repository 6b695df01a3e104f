package refetch

import (
	"context"
	"hash/fnv"
	"time"

	"plog.dev/plog/domain"
)

const (
	spread     = 10             // a source's turn is late by at most this part of its interval
	longestGap = 24 * time.Hour // between tries of a source that fails
)

// Next returns when a source is due to be fetched by itself; zero for never. A
// little is added, for each source always the same, so that not all come at
// once. While a source fails, the gap grows with the time since it was last
// fetched: to half of that, and a day at most.
func Next(s domain.Source) time.Time {
	if s.RefreshEvery <= 0 || s.Kind == domain.SourceUpload {
		return time.Time{}
	}
	gap := s.RefreshEvery
	if !s.Problem.IsZero() && !s.FetchedAt.IsZero() {
		gap = max(gap, min(s.CheckedAt.Sub(s.FetchedAt)/2, longestGap))
	}
	return s.CheckedAt.Add(gap + late(s.ID, s.RefreshEvery/spread))
}

func late(id domain.SourceID, most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	return time.Duration(h.Sum64() % uint64(most))
}

// Run fetches the sources that are due, one after the other, until ctx ends;
// then fetches of every kind end. It always returns nil.
func (s *Service) Run(ctx context.Context) error {
	defer s.close()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		s.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Service) round(ctx context.Context) {
	all, err := s.cfg.Sources.List(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "look for sources that are due", "error", err)
		}
		return
	}
	for _, source := range all {
		due := Next(source)
		if due.IsZero() || due.After(s.cfg.Now()) {
			continue
		}
		if ctx.Err() != nil || s.cfg.Busy(ctx) {
			return // the next round comes soon
		}
		if _, err := s.Refresh(ctx, source); err != nil && ctx.Err() == nil {
			s.cfg.Log.DebugContext(ctx, "source not fetched again", "source", source.Name, "error", err)
		}
	}
}
