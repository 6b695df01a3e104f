package report

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitDetail `xml:"failure"`
		Error   *junitDetail `xml:"error"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit returns the report as a JUnit XML file: one test case for the run
// itself, one per threshold and one per check. A crossed threshold and a check
// that failed are failures; a run that was not carried out to its end is an
// error.
func JUnit(rep Report) ([]byte, error) {
	seconds := strconv.FormatFloat(duration(rep.Run).Seconds(), 'f', 3, 64)
	suite := junitSuite{Name: rep.Run.Name, Time: seconds, Cases: []junitCase{runCase(rep.Run, seconds)}}
	if !rep.Run.StartedAt.IsZero() {
		suite.Timestamp = rep.Run.StartedAt.UTC().Format("2006-01-02T15:04:05")
	}
	for _, t := range rep.Result.Thresholds {
		suite.Cases = append(suite.Cases, thresholdCase(t))
	}
	for _, c := range rep.Result.Checks {
		suite.Cases = append(suite.Cases, checkCase(c))
	}
	suite.Tests = len(suite.Cases)
	for _, c := range suite.Cases {
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
	}
	out, err := xml.MarshalIndent(junitSuites{
		Name: "PLOG", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Time: seconds, Suites: []junitSuite{suite},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the report as JUnit: %w", err)
	}
	return []byte(xml.Header + string(out) + "\n"), nil
}

func runCase(run loadtest.Run, seconds string) junitCase {
	c := junitCase{Class: "run", Name: "the load test is carried out", Time: seconds}
	switch run.Verdict {
	case loadtest.Passed, loadtest.Failed:
	default:
		c.Error = &junitDetail{Message: strings.TrimSpace(string(run.Verdict) + ": " + run.Reason.String())}
	}
	return c
}

func thresholdCase(t metrics.ThresholdResult) junitCase {
	c := junitCase{Class: "thresholds", Name: t.Metric + ": " + t.Expression, Time: "0"}
	if !t.Passed {
		c.Failure = &junitDetail{Message: "crossed"}
		if t.Value != nil {
			c.Failure.Message = "crossed: the value is " + number(*t.Value)
		}
	}
	return c
}

func checkCase(r metrics.CheckResult) junitCase {
	c := junitCase{Class: "checks", Name: r.Name, Time: "0"}
	if r.Fails > 0 {
		c.Failure = &junitDetail{Message: fmt.Sprintf("failed %d of %d times", r.Fails, r.Passes+r.Fails)}
	}
	return c
}
