package contract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// childArg asks a program of ours to be the child; see the package's comment.
const childArg = "read-contract"

const (
	childHeap    = "1536MiB" // a soft limit: above it the collector works harder
	childTime    = diffLimit + 10*time.Second
	longestReply = 64 << 20
	longestCause = 4 << 10 // of what a dying child wrote
)

// question is what a child is asked. As many bytes as Sizes says follow it, a
// document each: the slices of Check's subjects, or the two of Diff.
type question struct {
	Sizes []int     `json:"sizes"`
	Check []subject `json:"check,omitempty"`
	Diff  bool      `json:"diff,omitempty"`
}

// subject is a response to be checked.
type subject struct {
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	URL      string            `json:"url"`
	Response loadtest.Response `json:"response"`
}

// answer is a line of what a child found: the next result, or the difference.
type answer struct {
	Result *Result       `json:"result,omitempty"`
	Diff   *openapi.Diff `json:"diff,omitempty"`
}

// answers are all lines of a child.
type answers struct {
	Results []Result
	Diff    *openapi.Diff // nil when none was written
}

// Asked lets a program be the child. A main that uses a Checker, and a TestMain
// of tests that do, call it first with os.Args: when asked is true the work is
// done, and the process is to exit with code.
func Asked(args []string) (code int, asked bool) {
	if len(args) != 2 || args[1] != childArg {
		return 0, false
	}
	limitMemory(childMemory)
	// Whatever becomes of PLOG, this ends.
	timer := time.AfterFunc(childTime, func() { os.Exit(1) })
	defer timer.Stop()
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

// serve answers the question that in holds.
func serve(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<16)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read question: %w", err)
	}
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return fmt.Errorf("read question: %w", err)
	}
	blobs := make([][]byte, len(q.Sizes))
	for i, size := range q.Sizes {
		blobs[i] = make([]byte, size)
		if _, err := io.ReadFull(r, blobs[i]); err != nil {
			return fmt.Errorf("read document: %w", err)
		}
	}
	return reply(json.NewEncoder(out), q, blobs)
}

func reply(out *json.Encoder, q question, blobs [][]byte) error {
	switch {
	case q.Diff && len(blobs) == 2:
		d, err := compare(blobs[0], blobs[1])
		if err != nil {
			return err
		}
		return out.Encode(answer{Diff: &d})
	case len(q.Check) == len(blobs):
		for i, s := range q.Check {
			r := conform(blobs[i], s)
			if err := out.Encode(answer{Result: &r}); err != nil {
				return fmt.Errorf("write answer: %w", err)
			}
		}
		return nil
	}
	return errors.New("a question that nobody asks")
}

// errStalled is why a child is killed that finds nothing for too long.
var errStalled = errors.New("it took too long")

// askChild has a child answer the question. What it found until it died, or
// stalled, is returned beside the error.
func askChild(ctx context.Context, q question, blobs ...[]byte) (answers, error) {
	program, err := os.Executable()
	if err != nil {
		return answers{}, fmt.Errorf("find PLOG's own program: %w", err)
	}
	readers := []io.Reader{nil}
	for _, b := range blobs {
		q.Sizes = append(q.Sizes, len(b))
		readers = append(readers, bytes.NewReader(b))
	}
	line, err := json.Marshal(q)
	if err != nil {
		return answers{}, fmt.Errorf("write question: %w", err)
	}
	readers[0] = bytes.NewReader(append(line, '\n'))

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := checkLimit
	if q.Diff {
		limit = diffLimit
	}
	stall := time.AfterFunc(limit, func() { cancel(errStalled) })
	defer stall.Stop()
	out := bounded{max: longestReply, wrote: func() { stall.Reset(limit) }}
	cause := bounded{max: longestCause}
	cmd := exec.CommandContext(ctx, program, childArg) //nolint:gosec // PLOG's own program
	cmd.Env = []string{"GOMEMLIMIT=" + childHeap, "GOTRACEBACK=single"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = io.MultiReader(readers...), &out, &cause
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case err != nil && ctx.Err() != nil:
		err = fmt.Errorf("contract child: %w", context.Cause(ctx))
	case err != nil:
		err = fmt.Errorf("contract child: %w: %s", err, cause.Bytes())
	}
	return read(out.Bytes(), err)
}

// read reads the lines that a child wrote; err is how it ended.
func read(text []byte, err error) (answers, error) {
	var all answers
	for line := range bytes.Lines(text) {
		var a answer
		if bad := json.Unmarshal(line, &a); bad != nil {
			return all, errors.Join(err, fmt.Errorf("read answer: %w", bad))
		}
		if a.Result != nil {
			all.Results = append(all.Results, *a.Result)
		}
		if a.Diff != nil {
			all.Diff = a.Diff
		}
	}
	return all, err
}

// bounded keeps the first max bytes and lets the rest go.
type bounded struct {
	bytes.Buffer
	max   int
	wrote func() // nil, or told of every write
}

// Write implements io.Writer; it never fails.
func (b *bounded) Write(p []byte) (int, error) {
	if b.wrote != nil {
		b.wrote()
	}
	if room := b.max - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
