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
	childMemory  = 4 << 30   // a hard limit of address space, in bytes
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

// answer is what a child found.
type answer struct {
	Results []Result     `json:"results,omitempty"`
	Diff    openapi.Diff `json:"diff,omitzero"`
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
	got, err := reply(q, blobs)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(got)
}

func reply(q question, blobs [][]byte) (answer, error) {
	var a answer
	switch {
	case q.Diff && len(blobs) == 2:
		d, err := compare(blobs[0], blobs[1])
		a.Diff = d
		return a, err
	case len(q.Check) == len(blobs):
		for i, s := range q.Check {
			a.Results = append(a.Results, conform(blobs[i], s))
		}
		return a, nil
	}
	return a, errors.New("a question that nobody asks")
}

// askChild has a child answer the question.
func askChild(ctx context.Context, q question, blobs ...[]byte) (answer, error) {
	program, err := os.Executable()
	if err != nil {
		return answer{}, fmt.Errorf("find PLOG's own program: %w", err)
	}
	readers := []io.Reader{nil}
	for _, b := range blobs {
		q.Sizes = append(q.Sizes, len(b))
		readers = append(readers, bytes.NewReader(b))
	}
	line, err := json.Marshal(q)
	if err != nil {
		return answer{}, fmt.Errorf("write question: %w", err)
	}
	readers[0] = bytes.NewReader(append(line, '\n'))

	out, cause := bounded{max: longestReply}, bounded{max: longestCause}
	cmd := exec.CommandContext(ctx, program, childArg) //nolint:gosec // PLOG's own program
	cmd.Env = []string{"GOMEMLIMIT=" + childHeap, "GOTRACEBACK=single"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = io.MultiReader(readers...), &out, &cause
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return answer{}, fmt.Errorf("contract child: %w: %s", err, cause.Bytes())
	}
	var a answer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	return a, nil
}

// bounded keeps the first max bytes and lets the rest go.
type bounded struct {
	bytes.Buffer
	max int
}

// Write implements io.Writer; it never fails.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.max - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
