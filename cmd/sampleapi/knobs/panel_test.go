package knobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/cmd/sampleapi/knobs"
)

func newPanel(t *testing.T, text string) *knobs.Panel {
	t.Helper()
	var set knobs.Set
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err)
	}
	panel := knobs.NewPanel([]string{"GET /a", "GET /b"}, 3, 1<<20)
	if err := panel.Replace(set); err != nil {
		t.Fatal(err)
	}
	return panel
}

func TestAnOperationTakesWhatItDoesNotSetFromEverywhere(t *testing.T) {
	panel := newPanel(t, `{"*": {"latency": "5ms", "error_rate": 1, "concurrency": 1, "payload_bytes": 10},
		"GET /b": {"latency": "7ms", "error_status": 502}}`)
	a, b := panel.Next("GET /a"), panel.Next("GET /b")
	if a.Gate == nil || a.Gate != b.Gate {
		t.Error("the limit of * is not shared")
	}
	a.Gate, b.Gate = nil, nil
	if diff := cmp.Diff(knobs.Fate{Latency: 5 * ms, ErrorStatus: http.StatusInternalServerError, PayloadBytes: 10}, a); diff != "" {
		t.Errorf("GET /a (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(knobs.Fate{Latency: 7 * ms, ErrorStatus: http.StatusBadGateway, PayloadBytes: 10}, b); diff != "" {
		t.Errorf("GET /b (-want +got):\n%s", diff)
	}
}

func TestAnOperationsOwnLimitIsItsOwn(t *testing.T) {
	panel := newPanel(t, `{"*": {"concurrency": 1}, "GET /b": {"concurrency": 0}}`)
	if panel.Next("GET /a").Gate == nil || panel.Next("GET /b").Gate != nil {
		t.Error("concurrency 0 does not lift the limit")
	}
}

func TestReplaceStartsTheDrawsAgain(t *testing.T) {
	panel := newPanel(t, `{"*": {"latency": "exponential(10ms)"}}`)
	draw := func() (drawn [5]time.Duration) {
		for i := range drawn {
			drawn[i] = panel.Next("GET /a").Latency
		}
		return drawn
	}
	first, second := draw(), draw()
	if err := panel.Replace(panel.Set()); err != nil {
		t.Fatal(err)
	}
	if again := draw(); again != first || again == second {
		t.Errorf("drew %v, then %v, and again %v", first, second, again)
	}
}

func TestGateWaitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newPanel(t, `{"*": {"concurrency": 1, "queue_limit": 2}}`).Next("GET /a").Gate
		if err := gate.Enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		entered := make(chan int, 2)
		for n := range 2 {
			go func() {
				if gate.Enter(t.Context()) == nil {
					entered <- n
				}
			}()
			synctest.Wait()
		}
		if err := gate.Enter(t.Context()); !errors.Is(err, knobs.ErrFull) || gate.Waiting() != 2 {
			t.Errorf("the third in the queue of two: %v, %d wait", err, gate.Waiting())
		}
		for want := range 2 {
			gate.Leave()
			if got := <-entered; got != want {
				t.Errorf("number %d entered before number %d", got, want)
			}
		}
		gone, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("gone home")
		cancel(reason)
		if err := gate.Enter(gone); !errors.Is(err, reason) || gate.Waiting() != 0 {
			t.Errorf("a cancelled wait: %v, %d wait", err, gate.Waiting())
		}
		gate.Leave()
	})
}
