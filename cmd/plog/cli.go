package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"plog.dev/plog/domain"
)

// Exit codes, as k6 has them where it has one.
const (
	exitOK        = 0
	exitError     = 1
	exitCrossed   = 99  // a threshold was crossed
	exitBadConfig = 104 // flags, environment or plan
	exitAborted   = 105
)

// app is what every command works with.
type app struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	hurry          <-chan struct{} // closed: end at once
}

// commands is the command line.
type commands struct {
	Serve    serveCmd    `cmd:"" default:"1" help:"Start the web app, its API and the background jobs (what plog alone does)."`
	Discover discoverCmd `cmd:"" help:"List the operations of an API."`
	Run      runCmd      `cmd:"" help:"Run a load test here, without a server."`
	Script   scriptCmd   `cmd:"" help:"Print the k6 script of a plan."`
	Export   exportCmd   `cmd:"" help:"Write the result of a run, also beside a running server."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version of PLOG."`
	Version  versionCmd  `cmd:"" help:"Print the versions of PLOG and k6."`
}

// exitStatus ends the program with a code. err, if any, was not told yet.
type exitStatus struct {
	code int
	err  error
}

func (e *exitStatus) Error() string {
	if e.err != nil {
		return e.err.Error()
	}
	return fmt.Sprintf("exit code %d", e.code)
}

func (e *exitStatus) Unwrap() error { return e.err }

func badConfig(err error) error { return &exitStatus{code: exitBadConfig, err: err} }

func (a *app) execute(ctx context.Context, args []string) error {
	var cli commands
	helped := false
	parser, err := kong.New(&cli,
		kong.Name("plog"),
		kong.Description("PLOG: discover HTTP APIs, load test them with k6, understand the result.\n\n"+
			"Exit codes of run: 0 passed, 99 thresholds crossed, 104 bad configuration, 105 aborted, others an error."),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(a),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return badConfig(fmt.Errorf("%w (see plog --help)", err))
	}
	return command.Run()
}

// exit tells err, if it has to be told, and returns its exit code.
func (a *app) exit(err error) int {
	if err == nil {
		return exitOK
	}
	code := exitError
	if domain.CodeOf(err) == domain.Invalid {
		code = exitBadConfig
	}
	var status *exitStatus
	if errors.As(err, &status) {
		code, err = status.code, status.err
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "plog: %s\n", sentence(err))
	}
	return code
}

// sentence returns what a person is told: the message and the fields of a
// domain error, else the error itself.
func sentence(err error) string {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := e.Message.String()
	for _, f := range e.Fields {
		text += fmt.Sprintf("\n  %s: %s", f.Field, f.Message)
	}
	return text
}
