package trial_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/local"
	"plog.dev/plog/jobs/trial"
)

func TestMain(m *testing.M) {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// newTrier returns a Trier with this repository's k6, or with PLOG_K6, and the
// folder it works in.
func newTrier(t *testing.T) (*trial.Trier, string) {
	t.Helper()
	binary := os.Getenv("PLOG_K6")
	if binary == "" {
		binary = filepath.Join("..", "..", "bin", "k6")
	}
	dir := t.TempDir()
	runner := local.New(local.Config{Dir: dir, Binary: binary})
	if _, err := runner.Version(t.Context()); err != nil {
		t.Skip("no k6 with PLOG's output, set PLOG_K6 or build bin/k6: ", err)
	}
	return trial.New(trial.Config{
		K6:          runner,
		CheckTarget: func(context.Context, string) error { return nil },
		Blocked:     func(context.Context, string) []netip.Prefix { return target.Policy{}.Blocked("") },
	}), dir
}

func plan(url string, steps ...loadtest.Step) loadtest.Plan {
	return loadtest.Plan{Name: "trial", BaseURL: url, Scenarios: []loadtest.Scenario{{Steps: steps}}}
}

func try(t *testing.T, p loadtest.Plan) []loadtest.Exchange {
	t.Helper()
	trier, dir := newTrier(t)
	got, err := trier.Try(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return got
}

func TestOneRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "you sent %s to %s", body, r.URL)
	}))
	t.Cleanup(server.Close)
	got := try(t, plan(server.URL, loadtest.Step{Method: "POST", Path: "/pets", Request: loadtest.Request{
		Body: &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "text/plain", Text: "김치"},
	}}))
	t.Logf("%+v", got)
}
