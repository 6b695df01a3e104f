package k6

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// gatePatience is how long the only instance of a run asks a PLOG that is not
// at its address whether to start, before it starts by itself.
const gatePatience = 20 * time.Second

// Args returns k6's arguments after its name, for a folder with a Bundle's
// files as working directory. PLOG judges thresholds itself and shows its own
// summary; the API's fixed port would keep a second k6 from starting.
func Args() []string { return args("--out", "plog") }

// TrialArgs returns k6's arguments for a folder with the files of a bundle that
// BuildTrial made: nothing reports to PLOG, all is in the log.
func TrialArgs() []string { return args() }

func args(further ...string) []string {
	all := []string{
		"run",
		"--quiet", "--no-color", "--no-usage-report",
		"--no-thresholds", "--summary-mode", "disabled",
		"--address", "",
		"--config", ConfigFile,
		"--log-format", "json",
	}
	return append(append(all, further...), ScriptFile)
}

// passed are the variables of PLOG's own environment that k6 gets: where it
// finds its home and temporary files, certificates and proxies.
var passed = []string{
	"PATH", "HOME", "TMPDIR", "TZ", "LANG",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"GOMAXPROCS", "GOMEMLIMIT", "GOGC",
}

// ChildEnv returns the environment of a k6: of parent only what any program
// needs, so that no K6_… or secret of PLOG reaches it, then own.
func ChildEnv(parent []string, own ...string) []string {
	var env []string
	for _, kv := range parent {
		if name, _, _ := strings.Cut(kv, "="); slices.Contains(passed, name) {
			env = append(env, kv)
		}
	}
	env = append(env, "K6_AUTO_EXTENSION_RESOLUTION=false") // never download another k6
	return append(env, own...)
}

// Report says where an instance reports to; the environment its output and its
// script read.
type Report struct {
	IngestURL     string // base, without the run
	IngestURLFile string // holds the newest IngestURL
	Run           string
	Token         string
	Instance      string
	Instances     int // of the run; 0 is 1
	Trends        []string
}

// Env returns the variables.
func (r Report) Env() []string {
	env := []string{
		"K6_PLOG_INGEST_URL=" + r.IngestURL,
		"K6_PLOG_INGEST_URL_FILE=" + r.IngestURLFile,
		"K6_PLOG_RUN=" + r.Run,
		"K6_PLOG_TOKEN=" + r.Token,
		"K6_PLOG_INSTANCE=" + r.Instance,
		"K6_PLOG_TRENDS=" + strings.Join(r.Trends, ","),
		"PLOG_GATE_URL=" + strings.TrimRight(r.IngestURL, "/") + "/runs/" + r.Run + "/gate",
		"PLOG_TOKEN=" + r.Token,
	}
	if r.Instances <= 1 {
		env = append(env, fmt.Sprint("PLOG_GATE_PATIENCE=", gatePatience.Seconds()))
	}
	return env
}
