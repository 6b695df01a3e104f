package plogout

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.k6.io/k6/output"
)

// The settings, which k6 takes from its environment.
const (
	envURL     = "K6_PLOG_INGEST_URL"      // where PLOG takes batches, without the run
	envURLFile = "K6_PLOG_INGEST_URL_FILE" // a file with that URL, read again before each attempt
	envRun     = "K6_PLOG_RUN"
	envToken   = "K6_PLOG_TOKEN"    //nolint:gosec // the variable's name
	envName    = "K6_PLOG_INSTANCE" // by default host and process
	envTrends  = "K6_PLOG_TRENDS"   // further http_req_* metrics to report as distributions
	envFlush   = "K6_PLOG_FLUSH_TIMEOUT"
)

const defaultFlushTimeout = 10 * time.Minute

type config struct {
	url      string // "" when only the file says
	urlFile  string
	run      string
	token    string
	instance string
	trends   []string
	flush    time.Duration // how long the end of a run waits for PLOG
}

func newConfig(p output.Params) (config, error) {
	env := p.Environment
	c := config{
		url: env[envURL], urlFile: env[envURLFile], run: env[envRun], token: env[envToken],
		instance: env[envName], flush: defaultFlushTimeout,
	}
	if p.ConfigArgument != "" {
		c.url = p.ConfigArgument
	}
	if c.url == "" && c.urlFile == "" {
		return c, fmt.Errorf("where PLOG listens is not set: set %s", envURL)
	}
	if c.url != "" {
		if err := checkURL(c.url); err != nil {
			return c, fmt.Errorf("%s: %w", envURL, err)
		}
	}
	for name, v := range map[string]string{envRun: c.run, envToken: c.token} {
		if v == "" {
			return c, fmt.Errorf("%s is not set", name)
		}
	}
	if c.instance == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "k6"
		}
		c.instance = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	if v := env[envFlush]; v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return c, fmt.Errorf("%s: %q is not a duration such as 30s or 10m", envFlush, v)
		}
		c.flush = d
	}
	for name := range strings.SplitSeq(env[envTrends], ",") {
		name = strings.TrimSpace(name)
		if name == "" || slices.Contains(c.trends, name) {
			continue
		}
		if phaseOf(name) == nil {
			return c, fmt.Errorf("%s: there is no part of a request called %q", envTrends, name)
		}
		c.trends = append(c.trends, name)
	}
	return c, nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil {
		return err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is not an http or https URL", s)
	}
	return nil
}

// batchesURL returns where batches go at this moment.
func (c config) batchesURL() (string, error) {
	base := c.url
	if c.urlFile != "" {
		b, err := os.ReadFile(c.urlFile) //nolint:gosec // the setting of who runs us
		switch {
		case err == nil && checkURL(strings.TrimSpace(string(b))) == nil:
			base = strings.TrimSpace(string(b))
		case base == "":
			return "", fmt.Errorf("%s holds no URL", c.urlFile)
		}
	}
	return strings.TrimSuffix(base, "/") + "/runs/" + url.PathEscape(c.run) + "/batches", nil
}
