package trial_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/local"
	"plog.dev/plog/jobs/trial"
)

func TestProblemsSayWhatIsWrong(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(secure.Close)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	released := make(chan struct{})
	silent := serve(t, func(http.ResponseWriter, *http.Request) { <-released })
	t.Cleanup(func() { close(released) }) // before the server waits for its handlers
	for name, c := range map[string]struct{ url, want string }{
		"nothing listens":   {"http://" + listener.Addr().String(), "trial.problem.refused"},
		"unknown authority": {secure.URL, "trial.problem.authority"},
		"unknown name":      {"http://nowhere.invalid", "trial.problem.dns"},
		"silence":           {silent, "trial.problem.timeout"},
		"public address":    {"http://8.8.8.8", "trial.problem.blocked"},
		"hang up":           {serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "trial.problem.reset"},
		"plain for secure":  {strings.Replace(silent, "http:", "https:", 1), "trial.problem.tls"},
		"leads to metadata": {serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		}), "trial.problem.blocked"},
		"not gzip": {serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "plain text")
		}), "trial.problem.body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(c.url, step("GET", "/"))
			p.Options.Timeout = domain.Dur(time.Second)
			got := try(t, p)
			if len(got) != 1 || got[0].Problem.Key != c.want || got[0].Response != nil {
				t.Fatalf("%+v", got)
			}
			if j := loadtest.Judge(got[0]); j.Concern != loadtest.ConcernConnection || !j.Errors() {
				t.Errorf("judged %+v", j)
			}
		})
	}
}

func TestNothingIsSentThatMayNotBe(t *testing.T) {
	trier, dir := newTrier(t)
	for name, c := range map[string]struct {
		plan loadtest.Plan
		want domain.Code
	}{
		"a path without its value": {plan("http://127.0.0.1:1", step("GET", "/pets/{id}")), domain.Invalid},
		"no step":                  {plan("http://127.0.0.1:1"), domain.Invalid},
	} {
		if _, err := trier.Try(t.Context(), c.plan); domain.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	refuse := config(local.New(local.Config{Dir: dir}))
	refuse.CheckTarget = func(context.Context, string) error { return domain.Errorf(domain.Forbidden, "k", "no") }
	if _, err := trial.New(refuse).Try(t.Context(), plan("http://127.0.0.1:1", step("GET", "/"))); domain.CodeOf(err) != domain.Forbidden {
		t.Errorf("a target that is refused: %v", err)
	}
	missing := trial.New(config(local.New(local.Config{Dir: dir, Binary: filepath.Join(dir, "none")})))
	if _, err := missing.Try(t.Context(), plan("http://127.0.0.1:1", step("GET", "/"))); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("without k6: %v", err)
	}
}

func TestATrialEndsWithItsContext(t *testing.T) {
	trier, dir := newTrier(t)
	arrived, released := make(chan struct{}, 3), make(chan struct{})
	defer close(released)
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-released:
		}
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 3)
	for range 3 { // one more than there are slots
		go func() {
			_, err := trier.Try(ctx, plan(url, step("GET", "/")))
			ended <- err
		}()
	}
	<-arrived
	<-arrived
	why := errors.New("the browser went away")
	cancel(why)
	for range 3 {
		if err := <-ended; !errors.Is(err, why) {
			t.Errorf("ended with %v", err)
		}
	}
	if n := len(arrived); n != 0 {
		t.Errorf("%d trials more than there are slots", n)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWhatAKilledProcessLeftIsRemoved(t *testing.T) {
	trier, dir := newTrier(t)
	if err := os.MkdirAll(filepath.Join(dir, "left", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := trier.Try(t.Context(), plan(serve(t, func(http.ResponseWriter, *http.Request) {}), step("GET", "/"))); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestThereIsAnExchangeForWhatThereWasNoTimeFor(t *testing.T) {
	_, dir := newTrier(t)
	cfg := config(local.New(local.Config{Dir: dir, Binary: binary()}))
	cfg.Within = 2 * time.Second
	released := make(chan struct{})
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/quick" {
			<-released
		}
	})
	t.Cleanup(func() { close(released) })
	got, err := trial.New(cfg).Try(t.Context(), plan(url, step("GET", "/quick"), step("GET", "/endless"), step("GET", "/never")))
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Step != "GET /quick" || !got[0].Expected {
		t.Errorf("first %+v", got[0])
	}
	for _, x := range got[1:] {
		if x.Problem.Key != "trial.problem.unsent" || x.Response != nil || x.Expected || x.Request.URL != url+x.Path {
			t.Errorf("%+v", x)
		}
	}
}

func TestAnEndlessAnswerDoesNotTakeTheMachinesMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads as much as the limit allows")
	}
	chunk := make([]byte, 1<<20)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil && r.URL.Path == "/endless" {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	p := plan(url, step("GET", "/quick"), step("GET", "/endless"), step("GET", "/after"))
	p.Options.Timeout = domain.Dur(time.Minute)
	got := try(t, p)
	if len(got) != 3 || got[0].Response == nil || got[1].Problem.Key != "trial.problem.memory" || got[2].Response != nil {
		t.Errorf("%+v", got)
	}
}
