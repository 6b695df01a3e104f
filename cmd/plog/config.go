package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// config is PLOG's environment.
type config struct {
	Addr         string        `env:"PLOG_ADDR" envDefault:"127.0.0.1:8080"`
	DataDir      string        `env:"PLOG_DATA_DIR" envDefault:"data"`            // below the working directory
	BaseURL      string        `env:"PLOG_BASE_URL"`                              // as people reach PLOG; http://ADDR if empty
	SecretKey    string        `env:"PLOG_SECRET_KEY"`                            // encrypts secrets at rest; made once if empty
	RunSlots     int           `env:"PLOG_RUN_SLOTS" envDefault:"1"`              // runs at once
	AllowHosts   []string      `env:"PLOG_ALLOW_HOSTS"`                           // further hosts that may be loaded
	SampleURL    string        `env:"PLOG_SAMPLE_URL"`                            // the sample shop's document
	DocumentsDir string        `env:"PLOG_DOCUMENTS_DIR"`                         // a folder of documents to choose from; none if empty
	Metrics      string        `env:"PLOG_METRICS_TOKEN"`                         // lets Prometheus read /metrics from elsewhere; none if empty
	Refetch      time.Duration `env:"SCHEDULER_REFETCH_INTERVAL" envDefault:"1h"` // of new sources; 0 is never
	LogFormat    string        `env:"PLOG_LOG_FORMAT" envDefault:"text"`
	LogLevel     slog.Level    `env:"PLOG_LOG_LEVEL" envDefault:"info"`
	K6Binary     string        `env:"K6_BINARY"`
	K6MaxVUs     int           `env:"K6_MAX_VUS" envDefault:"10000"`
}

// readConfig reads the environment. Its error names the variable.
func readConfig(getenv func(string) string) (config, error) {
	var c config
	values := map[string]string{}
	for _, name := range variables() {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			values[name] = v
		}
	}
	err := env.ParseWithOptions(&c, env.Options{Environment: values})
	var all env.AggregateError
	if errors.As(err, &all) {
		err = all.Errors[0]
	}
	var bad env.ParseError
	if errors.As(err, &bad) {
		name := variableOf(bad.Name)
		if errors.Is(bad.Err, strconv.ErrSyntax) || errors.Is(bad.Err, strconv.ErrRange) {
			return config{}, badConfig(fmt.Errorf("%s: %q is not a whole number", name, values[name]))
		}
		return config{}, badConfig(fmt.Errorf("%s: %q is not valid: %w", name, values[name], bad.Err))
	}
	if err != nil {
		return config{}, badConfig(err)
	}
	if err := c.check(); err != nil {
		return config{}, badConfig(err)
	}
	return c, nil
}

func (c config) check() error {
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || port == "" {
		return fmt.Errorf("PLOG_ADDR: %q is not HOST:PORT, such as 127.0.0.1:8080", c.Addr)
	}
	if c.RunSlots < 1 || c.RunSlots > 100 {
		return fmt.Errorf("PLOG_RUN_SLOTS: %d is not a number of runs from 1 to 100", c.RunSlots)
	}
	if c.K6MaxVUs < 1 || c.K6MaxVUs > 1_000_000 {
		return fmt.Errorf("K6_MAX_VUS: %d is not a number of virtual users from 1 to 1000000", c.K6MaxVUs)
	}
	if c.Refetch < 0 || c.Refetch > 0 && c.Refetch < time.Minute {
		return fmt.Errorf("SCHEDULER_REFETCH_INTERVAL: %s is neither 0 nor at least 1m", c.Refetch)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("PLOG_LOG_FORMAT: %q is neither text nor json", c.LogFormat)
	}
	for name, raw := range map[string]string{"PLOG_BASE_URL": c.BaseURL, "PLOG_SAMPLE_URL": c.SampleURL} {
		if u, err := url.Parse(raw); raw != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("%s: %q is not a URL, such as http://127.0.0.1:8080", name, raw)
		}
	}
	return nil
}

// logger returns the program's log.
func (c config) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

func variables() []string {
	var names []string
	for i := range reflect.TypeFor[config]().NumField() {
		names = append(names, reflect.TypeFor[config]().Field(i).Tag.Get("env"))
	}
	return names
}

func variableOf(field string) string {
	if f, ok := reflect.TypeFor[config]().FieldByName(field); ok {
		return f.Tag.Get("env")
	}
	return field
}
