package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/alecthomas/kong"

	"plog.dev/plog/cmd/sampleapi/knobs"
	"plog.dev/plog/cmd/sampleapi/server"
	"plog.dev/plog/cmd/sampleapi/shop"
	"plog.dev/plog/cmd/sampleapi/truth"
)

// flags are the command line. The knobs among them hold for every operation; PUT /knobs turns them later.
type flags struct {
	Addr string `default:"127.0.0.1:8090" help:"Address to listen on; port 0 takes a free one."`
	Seed uint64 `help:"Makes latencies and errors repeatable; 0 takes another one each time."`

	Latency         *knobs.Latency `help:"Added latency: 20ms, uniform(10ms, 30ms), normal(50ms, 10ms), lognormal(50ms, 0.4), exponential(40ms), mix(95% 20ms, 5% 300ms) or steps(50% 10ms, 95% 40ms, 100% 90ms)." placeholder:"DISTRIBUTION"`
	ReportLatency   knobs.Latency  `default:"lognormal(400ms, 0.25)" help:"Latency of the slow report." placeholder:"DISTRIBUTION"`
	ErrorRate       *float64       `help:"Share of requests that fail, 0 to 1." placeholder:"RATE"`
	ErrorStatus     *int           `help:"Status that they fail with." placeholder:"500"`
	Concurrency     *int           `help:"Requests that work at once; the others wait." placeholder:"N"`
	QueueLimit      *int           `help:"Requests that may wait; the others get 503." placeholder:"N"`
	MemoryGrowthKiB *int           `help:"Memory that each request keeps, in KiB." name:"memory-growth-kib" placeholder:"KIB"`
	PayloadBytes    *int           `help:"Least size of a JSON answer, in bytes." placeholder:"BYTES"`

	MemoryCapMiB int64 `default:"256" help:"Most memory that --memory-growth-kib keeps altogether, in MiB." name:"memory-cap-mib"`
	Samples      int   `default:"${samples}" help:"Raw samples kept for exact percentiles."`
}

// parse returns nil without an error when help was asked for and printed.
func parse(args []string, stdout io.Writer) (*flags, error) {
	var f flags
	helped := false
	parser, err := kong.New(&f,
		kong.Name("sampleapi"),
		kong.Description("A small shop API to load-test, with adjustable latency, errors and saturation."),
		kong.Vars{"samples": fmt.Sprint(truth.DefaultLimit)},
		kong.Writers(stdout, stdout),
		kong.Exit(func(int) { helped = true }),
	)
	if err != nil {
		return nil, fmt.Errorf("describe the flags: %w", err)
	}
	_, err = parser.Parse(args)
	if helped {
		return nil, nil //nolint:nilnil // documented
	}
	if err != nil {
		return nil, fmt.Errorf("%w (see --help)", err)
	}
	return &f, nil
}

func (f *flags) config() server.Config {
	seed := f.Seed
	if seed == 0 {
		seed = uint64(rand.Uint32()) // #nosec G404 -- no secret; short enough to type, and exact in JavaScript
	}
	set := knobs.Set{
		knobs.Everywhere: {
			Latency: f.Latency, ErrorRate: f.ErrorRate, ErrorStatus: f.ErrorStatus, Concurrency: f.Concurrency,
			QueueLimit: f.QueueLimit, MemoryGrowthKiB: f.MemoryGrowthKiB, PayloadBytes: f.PayloadBytes,
		},
		shop.SlowReport: {Latency: &f.ReportLatency},
	}
	return server.Config{Knobs: set, Seed: seed, MemoryCap: f.MemoryCapMiB << 20, Samples: f.Samples}
}
