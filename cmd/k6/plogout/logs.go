package plogout

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"plog.dev/plog/domain/metrics"
)

const (
	samplePrefix   = "plog:sample "
	maxLines       = 10000 // of a run
	maxLinesAtOnce = 200   // of a second
	maxLine        = 4 << 10
	maxSamples     = 1000 // of a run
	maxSampleBody  = 2 << 10
)

// logs is a hook that collects what k6 and the script log, without secrets.
type logs struct {
	now  func(time.Time) time.Time
	mask *strings.Replacer

	mu      sync.Mutex
	lines   []metrics.LogLine
	samples []metrics.Sample
	total   int // lines
	kept    int // samples
	dropped int // lines since the last take
}

// attach makes l see every line of logger, and keeps samples off the terminal.
func (l *logs) attach(logger logrus.FieldLogger) {
	var root *logrus.Logger
	switch v := logger.(type) {
	case *logrus.Logger:
		root = v
	case *logrus.Entry:
		root = v.Logger
	default:
		return
	}
	root.AddHook(l)
	root.SetFormatter(printed{root.Formatter, l.mask})
}

// printed is how lines are printed: no samples, no secrets.
type printed struct {
	logrus.Formatter
	mask *strings.Replacer
}

// Format returns nothing for a sample.
func (f printed) Format(e *logrus.Entry) ([]byte, error) {
	if isSample(e) {
		return nil, nil
	}
	line := e.Dup()
	line.Level, line.Caller, line.Buffer, line.Message = e.Level, e.Caller, e.Buffer, f.mask.Replace(e.Message)
	for name, value := range line.Data {
		switch v := value.(type) {
		case string:
			line.Data[name] = f.mask.Replace(v)
		case error:
			line.Data[name] = f.mask.Replace(v.Error())
		}
	}
	return f.Formatter.Format(line)
}

func isSample(e *logrus.Entry) bool {
	return strings.HasPrefix(e.Message, samplePrefix) && e.Data["source"] == "console"
}

// Levels returns all.
func (l *logs) Levels() []logrus.Level { return logrus.AllLevels }

// Fire takes a line in.
func (l *logs) Fire(e *logrus.Entry) error {
	if isSample(e) {
		l.addSample(e)
		return nil
	}
	l.add(e.Time, levelOf(e.Level), textOf(e))
	return nil
}

func (l *logs) add(at time.Time, level, text string) {
	line := metrics.LogLine{At: l.now(at).UTC(), Level: level, Text: clip(l.mask.Replace(text), maxLine)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= maxLines || len(l.lines) >= maxLinesAtOnce {
		l.dropped++
		return
	}
	l.total++
	l.lines = append(l.lines, line)
}

func (l *logs) addSample(e *logrus.Entry) {
	var s struct {
		Name, Error, Body, URL string
		Status                 any // text or a number
	}
	if err := json.Unmarshal([]byte(e.Message[len(samplePrefix):]), &s); err != nil || s.Name == "" {
		return
	}
	status := "0"
	if s.Status != nil {
		status = fmt.Sprint(s.Status)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept >= maxSamples {
		return
	}
	l.kept++
	l.samples = append(l.samples, metrics.Sample{
		At: l.now(e.Time).UTC(), Name: clip(s.Name, maxText), Status: status, Error: clip(l.mask.Replace(s.Error), maxText),
		Body: clip(l.mask.Replace(s.Body), maxSampleBody), URL: clip(l.mask.Replace(s.URL), maxSampleBody),
	})
}

// take returns what came since the last time; dropped lines are said to be.
func (l *logs) take() ([]metrics.LogLine, []metrics.Sample) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines, samples := l.lines, l.samples
	if l.dropped > 0 {
		lines = append(lines, metrics.LogLine{At: l.now(time.Now()).UTC(), Level: "warning",
			Text: fmt.Sprintf("%d more log lines were left out here", l.dropped)})
	}
	l.lines, l.samples, l.dropped = nil, nil, 0
	return lines, samples
}

func levelOf(l logrus.Level) string {
	switch l {
	case logrus.PanicLevel, logrus.FatalLevel, logrus.ErrorLevel:
		return "error"
	case logrus.WarnLevel:
		return "warning"
	case logrus.InfoLevel:
		return "info"
	}
	return "debug"
}

// textOf returns the message with its fields as k6 prints them.
func textOf(e *logrus.Entry) string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, k := range slices.Sorted(maps.Keys(e.Data)) {
		if k == "source" && e.Data[k] == "console" {
			continue
		}
		fmt.Fprintf(&b, " %s=%v", k, e.Data[k])
	}
	return b.String()
}
