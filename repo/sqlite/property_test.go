package sqlite_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// words draws what people type, and what they should not.
func words() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "가나다 라마", "👩‍👩‍👧 🛒", `"double" 'single' \ / ?`, "'; DROP TABLE runs; --", "line\nbreak\ttab\r", "\u2028 </script>", "?0 ? ?", "\x00",
	}))
}

func durations() *rapid.Generator[domain.Duration] {
	return rapid.Custom(func(t *rapid.T) domain.Duration {
		return domain.Dur(time.Duration(rapid.Int64Range(0, int64(24*time.Hour/time.Microsecond)).Draw(t, "µs")) * time.Microsecond)
	})
}

func moments() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(1, 1<<52).Draw(t, "moment")).UTC()
	})
}

func params() *rapid.Generator[[]loadtest.Param] {
	return some(rapid.Custom(func(t *rapid.T) loadtest.Param {
		return loadtest.Param{Name: words().Draw(t, "name"), Value: words().Draw(t, "value"), AllowReserved: rapid.Bool().Draw(t, "reserved")}
	}))
}

// some draws a slice as JSON gives it back: nil when empty.
func some[T any](of *rapid.Generator[T]) *rapid.Generator[[]T] {
	return rapid.Map(rapid.SliceOfN(of, 0, 3), func(s []T) []T {
		if len(s) == 0 {
			return nil
		}
		return s
	})
}

func requests() *rapid.Generator[loadtest.Request] {
	return rapid.Custom(func(t *rapid.T) loadtest.Request {
		return loadtest.Request{
			Query: params().Draw(t, "query"), Headers: params().Draw(t, "headers"),
			Body: rapid.Ptr(rapid.Custom(func(t *rapid.T) loadtest.Body {
				return loadtest.Body{Kind: loadtest.BodyRaw, Text: words().Draw(t, "text")}
			}), true).Draw(t, "body"),
		}
	})
}

func plans() *rapid.Generator[loadtest.Plan] {
	return rapid.Custom(func(t *rapid.T) loadtest.Plan {
		return loadtest.Plan{
			Name: words().Draw(t, "name"), BaseURL: words().Draw(t, "url"),
			Headers: some(rapid.Custom(func(t *rapid.T) loadtest.Header {
				return loadtest.Header{Name: words().Draw(t, "name"), Value: words().Draw(t, "value"), Secret: rapid.Bool().Draw(t, "secret")}
			})).Draw(t, "headers"),
			Auth: some(rapid.Custom(func(t *rapid.T) loadtest.Credential {
				return loadtest.Credential{
					Scheme: words().Draw(t, "scheme"), Kind: loadtest.CredentialPassword, Value: words().Draw(t, "value"),
					Password: words().Draw(t, "password"), ClientSecret: words().Draw(t, "client secret"), Scopes: some(words()).Draw(t, "scopes"),
				}
			})).Draw(t, "auth"),
			Scenarios: []loadtest.Scenario{{
				Name: words().Draw(t, "scenario"), Rate: rapid.Float64().Draw(t, "rate"), Duration: durations().Draw(t, "duration"),
				Steps: some(rapid.Custom(func(t *rapid.T) loadtest.Step {
					return loadtest.Step{
						Name: words().Draw(t, "step"), Path: words().Draw(t, "path"), BaseURL: words().Draw(t, "base URL"),
						Request: requests().Draw(t, "request"), Variants: some(requests()).Draw(t, "variants"),
						Auth: rapid.SampledFrom([][]string{nil, {}, {"a", "나"}}).Draw(t, "auth"), // none is not the same as all
					}
				})).Draw(t, "steps"),
			}},
			Thresholds: some(rapid.Custom(func(t *rapid.T) loadtest.Threshold {
				return loadtest.Threshold{Metric: words().Draw(t, "metric"), Expression: words().Draw(t, "expression"), DelayAbort: durations().Draw(t, "delay")}
			})).Draw(t, "thresholds"),
		}
	})
}

func TestPlansAndRunsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		plan := plans().Draw(r, "plan")
		plan.ProjectID = b.project.ID
		must(t, b.Plans().Save(ctx, &plan))
		same(t, plan, got[loadtest.Plan](t)(b.Plans().Get(ctx, plan.ID)))

		run := loadtest.Run{
			ProjectID: b.project.ID, PlanID: plan.ID, Plan: plan, Name: typed().Draw(r, "name"),
			Reason:    domain.Message{Key: words().Draw(r, "key"), Text: words().Draw(r, "text")},
			Env:       loadtest.Environment{Document: words().Draw(r, "document"), Memory: rapid.Uint64().Draw(r, "memory")},
			StartedAt: moments().Draw(r, "started"),
		}
		must(t, b.Runs().Create(ctx, &run))
		same(t, run, got[loadtest.Run](t)(b.Runs().Get(ctx, run.ID)))
		if t.Failed() {
			r.FailNow()
		}
	})
}

// typed draws what can be in a line of its own: text without NUL.
func typed() *rapid.Generator[string] {
	return rapid.Map(words(), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
}

func TestBatchesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := b.newRun(t)
	var want []metrics.Batch
	rapid.Check(t, func(r *rapid.T) {
		batch := metrics.Batch{
			Instance: words().Draw(r, "instance"), Seq: uint64(len(want) + 1), SentAt: moments().Draw(r, "sent"), Final: rapid.Bool().Draw(r, "final"),
			Logs: some(rapid.Custom(func(r *rapid.T) metrics.LogLine {
				return metrics.LogLine{At: moments().Draw(r, "at"), Level: "info", Text: words().Draw(r, "text")}
			})).Draw(r, "logs"),
		}
		batch.Rollups = some(rapid.Custom(func(r *rapid.T) metrics.Rollup {
			return metrics.Rollup{
				Series:   metrics.Series{Metric: words().Draw(r, "metric"), Name: words().Draw(r, "name"), Tags: words().Draw(r, "tags")},
				Instance: batch.Instance, Second: rapid.Int64().Draw(r, "second"), Kind: metrics.Trend,
				Count: rapid.Uint64().Draw(r, "count"), Failed: rapid.Uint64().Draw(r, "failed"),
				Sum: rapid.Float64().Draw(r, "sum"), Min: rapid.Float64().Draw(r, "min"), Last: rapid.Float64().Draw(r, "last"),
				Hist: some(rapid.Byte()).Draw(r, "hist"),
			}
		})).Draw(r, "rollups")
		got[bool](t)(b.Rollups().Append(t.Context(), run, batch))
		want = append(want, batch)
	})
	var all []metrics.Batch
	for batch, err := range b.Rollups().Batches(t.Context(), run) {
		must(t, err)
		all = append(all, batch)
	}
	same(t, want, all)
}
