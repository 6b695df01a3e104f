// Command bench measures what PLOG promises in numbers, and prints Markdown.
// It measures the binaries in bin/ from outside, as their users meet them.
//
// The figures mean little one by one on a busy machine; where two things are
// compared they run in turns within one measurement, and ratios are compared.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Bin string `default:"bin" type:"existingdir" help:"The folder with plog, k6 and sampleapi."`

	All       allCmd       `cmd:"" help:"Measure everything and save it."`
	Generator generatorCmd `cmd:"" help:"What k6's outputs cost the load generator."`
	Truth     truthCmd     `cmd:"" help:"Whether counts are exact and percentiles right."`
	Live      liveCmd      `cmd:"" help:"How long after its end a request is on the page."`
	Ingest    ingestCmd    `cmd:"" help:"Many runs at once, and many viewers of one."`
	FirstPage firstPageCmd `cmd:"" name:"firstpage" help:"Bytes and requests of the first page."`
	Discovery discoveryCmd `cmd:"" help:"Time and memory of discovering real documents, one by one."`
	Micro     microCmd     `cmd:"" help:"The Go benchmarks of single packages; run it in the source tree."`

	FakeK6      fakeK6Cmd      `cmd:"" name:"fake-k6" hidden:""`
	DiscoverOne discoverOneCmd `cmd:"" name:"discover-one" hidden:""`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run carries out one command. It returns an error when something could not be
// measured; a target that was missed is a result.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var cli commands
	helped := false
	parser, err := kong.New(&cli,
		kong.Name("bench"),
		kong.Description("Measures what PLOG promises in numbers. All load stays on this machine."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return fmt.Errorf("describe the flags: %w", err)
	}
	command, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w (see --help)", err)
	}
	b, err := newBench(cli.Bin, stdout, stderr)
	if err != nil {
		return err
	}
	return command.Run(b)
}
