// Command plog is PLOG: the web app, and the same engine for the terminal.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"plog.dev/plog/jobs/contract"
	"plog.dev/plog/jobs/local"
)

// version is set when PLOG is built.
var version = "dev"

func main() {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	if code, asked := contract.Asked(os.Args); asked {
		os.Exit(code)
	}
	ctx, hurry, stop := signals()
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr, hurry)
	stop()
	os.Exit(code)
}

// signals returns a context that ends with the first interrupt or termination
// signal, and a channel that is closed by the second interrupt. A repeated
// termination changes nothing: service managers send it more than once.
func signals() (ctx context.Context, hurry <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	caught := make(chan os.Signal, 4)
	again, done, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup wants to outlive its terminal
		signal.Notify(caught, syscall.SIGHUP)
	}
	go func() {
		defer close(ended)
		interrupts := 0
		for {
			select {
			case <-done:
				return
			case s := <-caught:
				cancel()
				if s == os.Interrupt {
					interrupts++
				}
				if interrupts == 2 {
					close(again)
				}
			}
		}
	}()
	return ctx, again, func() {
		signal.Stop(caught)
		close(done)
		<-ended
		cancel()
	}
}

// run carries out one command line and returns the exit code. It ends
// gracefully when ctx does, and at once when hurry is closed.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer, hurry <-chan struct{}) int {
	a := &app{getenv: getenv, stdout: stdout, stderr: stderr, hurry: hurry}
	return a.exit(a.execute(ctx, args))
}
