package loadtest

import (
	"context"
	"net/netip"
	"time"

	"plog.dev/plog/domain"
)

// State is where a run stands: queued → starting → running → stopping → finished.
type State string

// The states of a run.
const (
	Queued   State = "queued"
	Starting State = "starting"
	Running  State = "running"
	Stopping State = "stopping"
	Finished State = "finished"
)

// Active reports whether a run in this state still has something to do.
func (s State) Active() bool { return s != Finished }

// Verdict is how a finished run ended. It is a result, never an error.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"  // a threshold was crossed, at the end or with abortOnFail
	Aborted Verdict = "aborted" // stopped by a person or a shutdown
	Errored Verdict = "error"   // the test could not be carried out
	Invalid Verdict = "invalid" // the load itself cannot be trusted
)

// Why a run is stopped; the cause of the context that is cancelled.
var (
	ErrStoppedByUser = domain.Errorf(domain.Conflict, "run.stopped_by_user", "Stopped by a person.")
	ErrShutdown      = domain.Errorf(domain.Unavailable, "run.shutdown", "PLOG was shut down.")
	ErrThreshold     = domain.Errorf(domain.Conflict, "run.threshold_abort", "A threshold that ends the run was crossed.")
)

// Run is one execution of a plan.
type Run struct {
	ID        domain.RunID
	ProjectID domain.ProjectID
	PlanID    domain.PlanID
	Number    int    // counts a project's runs from 1
	Name      string // the plan's name unless renamed
	Plan      Plan   // frozen
	State     State
	Verdict   Verdict        // empty until finished
	Reason    domain.Message // why it ended so, where there is more to say than the verdict
	Key       string         // idempotency key of the request that created it; empty if none
	TokenHash string         // hex SHA-256 of the token its instances report with
	Process   *Process       // the local k6 of it, once started
	Env       Environment
	CreatedAt time.Time
	StartedAt time.Time // the load's first second; zero until then
	EndedAt   time.Time
}

// Process is a local k6 as it can be found again after PLOG restarted: a pid
// alone may have been given to another process since.
type Process struct {
	PID       int
	StartedAt time.Time // as the operating system tells it
	Dir       string    // the run's folder: script, data, log
}

// Environment is what the run ran on.
type Environment struct {
	PLOG     string `json:"plog"`
	K6       string `json:"k6"`
	Host     string `json:"host"`
	OS       string `json:"os"`
	CPUs     int    `json:"cpus"`
	Memory   uint64 `json:"memory_bytes"`
	Runner   string `json:"runner"`   // "local"
	Document string `json:"document"` // title and version of the API document
}

// Launch is what a Runner needs to carry a run out.
type Launch struct {
	Run       domain.RunID
	Plan      Plan   // with secrets in clear
	IngestURL string // where instances report, without the token
	Token     string
	Blocked   []netip.Prefix // networks that the generator must not connect to
}

// Outcome is how the instances of a run ended.
type Outcome struct {
	ExitCode int            // k6's own, of the instance that ended worst
	Reason   domain.Message // empty when they ended by themselves and well
	Stopped  bool           // ended because it was asked to
	LastLog  []string       // the last lines each wrote, for a failure's report
}

// Runner carries a run out somewhere and blocks until every instance has
// ended. Cancelling ctx stops it gracefully; the cause becomes the Outcome's
// reason. A crossed threshold is an Outcome; an error means the test could not
// be carried out.
type Runner interface {
	// Run starts the instances. started is called once they exist, with what
	// Adopt needs to find them again.
	Run(ctx context.Context, launch Launch, started func(Process) error) (Outcome, error)
	// Adopt goes on with instances that an earlier process of PLOG started;
	// NotFound if nothing of them lives.
	Adopt(ctx context.Context, run Run) (Outcome, error)
}
