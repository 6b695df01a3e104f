//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// perScenario is how many steps a scenario may have.
const perScenario = 1_000

// acceptMock is the folder of the recording, validating mock and of its scorer.
type acceptMock struct{ dir string }

// installMock copies the mock, which is beside the repository unless
// PLOG_ACCEPT says otherwise, and installs what it needs.
func installMock(t *testing.T) acceptMock {
	t.Helper()
	from := cmp.Or(os.Getenv("PLOG_ACCEPT"), filepath.Join("..", "..", "..", "..", "shared", "accept"))
	if _, err := os.Stat(filepath.Join(from, "score.mjs")); err != nil {
		t.Skipf("no validating mock: %v (set PLOG_ACCEPT to its folder)", err)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skipf("the validating mock needs node: %v", err)
	}
	if _, err := os.Stat(filepath.Join(from, "node_modules")); err == nil {
		return acceptMock{dir: from}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(within(t), "npm", "install", "--silent", "--no-audit", "--no-fund")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("the validating mock cannot be installed: %v\n%s", err, out)
	}
	return acceptMock{dir: dir}
}

// score is how a document's requests did.
type score struct {
	Operations int
	Valid      int // operations all of whose requests are valid
	NotHit     []string
	Unmatched  []string // requests of no operation
	Misses     []miss
}

type miss struct {
	operation  string
	violations []string
}

// mannerHeader tells the manner a request was made in.
const mannerHeader = "Plog-Manner"

// scores sends a document's requests with k6, as a run does, and checks them:
// a score for each manner.
func (a acceptMock) scores(t *testing.T, file string, doc openapi.Document) []score {
	t.Helper()
	addr := freeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	requests := filepath.Join(dir, "requests.jsonl")
	record := exec.Command("node", "record.mjs", port, requests, file, "--validate")
	record.Dir = a.dir
	server := launch(t, record)
	server.says("recording on")

	planFile := filepath.Join(dir, "plan.yaml")
	text, err := loadtest.YAML(planOf(doc, openapi.BaseURL(doc, "http://"+addr+"/openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(planFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run := launch(t, exec.Command(program(t, "plog"), "run", planFile, "--quiet"), "PLOG_DATA_DIR="+dir, "K6_BINARY="+program(t, "k6"))
	if code := run.code(); code != 0 {
		t.Fatalf("plog run ended with %d:\n%s", code, run.said())
	}
	server.end(syscall.SIGTERM)

	list := make([]score, len(manners))
	for i, lines := range byManner(t, requests) {
		part := fmt.Sprintf("%s.%d", requests, i)
		if err := os.WriteFile(part, bytes.Join(lines, []byte("\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		list[i] = a.check(t, file, part)
	}
	return list
}

// byManner sorts recorded requests by the manner they were made in.
func byManner(t *testing.T, file string) [][][]byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lists := make([][][]byte, len(manners))
	for line := range bytes.Lines(text) {
		var request struct {
			Headers map[string]string `json:"headers"`
		}
		if err := json.Unmarshal(line, &request); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		i, err := strconv.Atoi(request.Headers[strings.ToLower(mannerHeader)])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lists[i] = append(lists[i], bytes.TrimSpace(line))
	}
	return lists
}

// check scores recorded requests.
func (a acceptMock) check(t *testing.T, file, requests string) score {
	t.Helper()
	check := exec.CommandContext(within(t), "node", "score.mjs", file, requests, "--json")
	check.Dir = a.dir
	var complaints bytes.Buffer
	check.Stderr = &complaints
	out, err := check.Output()
	if err != nil {
		t.Fatalf("score: %v\n%s", err, &complaints)
	}
	return read(t, out)
}

// planOf sends every request once.
func planOf(doc openapi.Document, baseURL string) loadtest.Plan {
	plan := loadtest.Plan{Name: "score", BaseURL: baseURL}
	var all []loadtest.Step
	for i, m := range manners {
		for _, op := range doc.Operations {
			for j, r := range m.make(op) {
				r.Headers = append(slices.Clone(r.Headers), loadtest.Param{Name: mannerHeader, Value: strconv.Itoa(i)})
				all = append(all, loadtest.Step{Name: fmt.Sprintf("%s %d.%d", op.Name(), i, j), Method: op.Method, Path: op.Path, Request: r})
			}
		}
	}
	for steps := range slices.Chunk(all, perScenario) {
		plan.Scenarios = append(plan.Scenarios, loadtest.Scenario{
			Name: fmt.Sprintf("part%d", len(plan.Scenarios)), Executor: loadtest.PerVUIterations, VUs: 1, Iterations: 1, Order: loadtest.Journey, Steps: steps,
		})
	}
	return plan
}

func read(t *testing.T, out []byte) score {
	t.Helper()
	var said struct {
		Operations int            `json:"operations"`
		NotHit     []string       `json:"not_hit"`
		Unmatched  map[string]int `json:"unmatched"`
		Detail     map[string]struct {
			Hits   int            `json:"hits"`
			Valid  int            `json:"valid"`
			Errors map[string]int `json:"errs"`
		} `json:"operations_detail"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	s := score{Operations: said.Operations, NotHit: said.NotHit}
	for name := range said.Unmatched {
		s.Unmatched = append(s.Unmatched, name)
	}
	for name, d := range said.Detail {
		if d.Valid == d.Hits {
			s.Valid++
			continue
		}
		one := miss{operation: name}
		for violation := range d.Errors {
			one.violations = append(one.violations, violation)
		}
		slices.Sort(one.violations)
		s.Misses = append(s.Misses, one)
	}
	slices.SortFunc(s.Misses, func(a, b miss) int { return strings.Compare(a.operation, b.operation) })
	return s
}
