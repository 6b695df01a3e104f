package k6

import (
	"bytes"
	_ "embed" // the script
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// The parts of the script, one module.
var (
	//go:embed script.js
	scriptMain []byte
	//go:embed secrets.js
	scriptSecrets []byte
	//go:embed redirect.js
	scriptRedirect []byte
	//go:embed setup.js
	scriptSetup []byte

	script = bytes.Join([][]byte{scriptMain, scriptSecrets, scriptRedirect, scriptSetup}, []byte("\n"))
)

// The files of a Bundle.
const (
	ScriptFile = "script.js"
	PlanFile   = "plan.json"
	// VariantsFile is there only for plans with variants: k6 keeps it once for
	// all VUs, and plan.json for each.
	VariantsFile = "variants.json"
	ConfigFile   = "k6.json" // instead of the configuration a person may have for k6
)

// SecretPrefix starts the names of the environment variables that hold secrets.
const SecretPrefix = "PLOG_SECRET_"

// Bundle is what k6 needs for a plan beside its arguments. No file holds a secret.
type Bundle struct {
	Files  map[string][]byte // by name, for one folder
	Env    []string          // KEY=VALUE with the secrets, for the process's environment only
	Trends []string          // metrics beside http_req_duration of which thresholds need percentiles
}

// Build returns the bundle of a valid plan WithDefaults. It fails on a plan
// that Validate would refuse.
func Build(p loadtest.Plan) (Bundle, error) {
	data, secrets, err := programOf(p, false)
	if err != nil {
		return Bundle{}, fmt.Errorf("build k6 files: %w", err)
	}
	b := Bundle{Env: secrets.env(), Trends: trendsOf(p.Thresholds)}
	if b.Files, err = data.files(); err != nil {
		return Bundle{}, fmt.Errorf("build k6 files: %w", err)
	}
	b.Files[ScriptFile], b.Files[ConfigFile] = script, Config(nil)
	return b, nil
}

// Config returns k6's configuration file: it keeps the person's own one out,
// and k6 from connecting to blocked networks, at every connection it makes.
func Config(blocked []netip.Prefix) []byte {
	text, _ := json.Marshal(struct { //nolint:errchkjson // prefixes always marshal
		BlacklistIPs []netip.Prefix `json:"blacklistIPs,omitempty"`
	}{blocked})
	return append(text, '\n')
}

// Standalone returns the plan as one script that stock k6 runs by itself, with
// the plan's thresholds. Secrets are not in it: k6 run -e PLOG_SECRET_0=….
func Standalone(p loadtest.Plan) ([]byte, error) {
	data, _, err := programOf(p, true)
	if err != nil {
		return nil, fmt.Errorf("build k6 script: %w", err)
	}
	files, err := data.files()
	if err != nil {
		return nil, fmt.Errorf("build k6 script: %w", err)
	}
	text := bytes.Replace(script, []byte(`open('./plan.json')`), literal(files[PlanFile]), 1)
	return bytes.Replace(text, []byte(`open('./variants.json')`), literal(files[VariantsFile]), 1), nil
}

// literal returns JavaScript that yields the text: a list of string literals,
// one a line. encoding/json escapes what could end a literal, a line (U+2028,
// U+2029) or the <script> element around it.
func literal(text []byte) []byte {
	var b bytes.Buffer
	b.WriteString("[\n")
	for line := range strings.Lines(string(text)) {
		quoted, _ := json.Marshal(strings.TrimSuffix(line, "\n")) //nolint:errchkjson // a string always marshals
		b.WriteString("  ")
		b.Write(quoted)
		b.WriteString(",\n")
	}
	b.WriteString("].join('\\n')")
	return b.Bytes()
}

// program is plan.json, the script's data.
type program struct {
	Options   options           `json:"options"`
	Timeout   string            `json:"timeout,omitempty"`
	Secrets   []secret          `json:"secrets"`
	Tokens    []grant           `json:"tokens,omitempty"`
	Variants  int               `json:"variants,omitempty"` // how many there are in VariantsFile
	Scenarios []programScenario `json:"scenarios"`

	variants []variant
}

// files returns the program as the files that the script opens.
func (p program) files() (map[string][]byte, error) {
	p.Variants = len(p.variants)
	text, err := write(p)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{PlanFile: text}
	if len(p.variants) > 0 {
		files[VariantsFile], err = json.Marshal(p.variants)
	}
	return files, err
}

type programScenario struct {
	Name  string        `json:"name"`
	Turns []int         `json:"turns,omitempty"` // absent for a journey
	Think float64       `json:"think,omitempty"` // seconds
	Steps []programStep `json:"steps"`
}

type programStep struct {
	Name     string   `json:"name"`
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Key      []part   `json:"key,omitempty"` // follows the URL: what of its query is credentials
	Headers  []header `json:"headers"`
	Body     *body    `json:"body,omitempty"`
	Variants *span    `json:"variants,omitempty"`
	Expect   []int    `json:"expect,omitempty"`
	Check    string   `json:"check,omitempty"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Parts []part `json:"parts,omitempty"` // instead of Value
}

type body struct {
	Text   *string `json:"text,omitempty"`
	Base64 *string `json:"base64,omitempty"`
}

func programOf(p loadtest.Plan, withThresholds bool) (program, *secretList, error) {
	secrets := &secretList{}
	data := program{
		Options:   optionsOf(p, withThresholds),
		Timeout:   seconds(p.Options.Timeout.Duration),
		Scenarios: make([]programScenario, len(p.Scenarios)),
	}
	var tokens map[string]int
	data.Tokens, tokens = grants(p, secrets)
	for i, s := range p.Scenarios {
		ps := programScenario{Name: s.Name, Think: s.ThinkTime.Seconds(), Steps: make([]programStep, len(s.Steps))}
		for j, step := range s.Steps {
			var err error
			with := carry(p, step, secrets, tokens)
			if ps.Steps[j], err = stepOf(p, step, with, secrets); err == nil {
				err = data.addVariants(p, step, &ps.Steps[j], with, secrets)
			}
			if err != nil {
				return program{}, nil, fmt.Errorf("scenario %s, step %q: %w", s.Name, step.Label(), err)
			}
		}
		if s.Order != loadtest.Journey {
			var err error
			if ps.Turns, err = turns(s.Steps); err != nil {
				return program{}, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
			}
		}
		data.Scenarios[i] = ps
	}
	data.Secrets = secrets.list()
	return data, secrets, nil
}

// addVariants appends the variants of a step, and says in made where they are.
func (p *program) addVariants(plan loadtest.Plan, s loadtest.Step, made *programStep, with carried, secrets *secretList) error {
	if len(s.Variants) == 0 {
		return nil
	}
	list, err := variantsOf(plan, s, *made, with, secrets)
	made.Variants = &span{From: len(p.variants), Count: len(list)}
	p.variants = append(p.variants, list...)
	return err
}

func stepOf(p loadtest.Plan, s loadtest.Step, with carried, secrets *secretList) (programStep, error) {
	content, mediaType, err := encodeBody(s.Request.Body)
	if err != nil {
		return programStep{}, err
	}
	address := address(p.Base(s), s)
	return programStep{
		Name:    s.Label(),
		Method:  s.Method,
		URL:     address,
		Key:     with.after(address),
		Headers: headers(p.Headers, with, secrets, mediaType, s.Request),
		Body:    content,
		Expect:  s.ExpectStatus,
		Check:   checkName(s),
	}, nil
}

// checkName avoids "::", with which k6 separates groups.
func checkName(s loadtest.Step) string {
	if len(s.ExpectStatus) == 0 {
		return ""
	}
	statuses := strings.ReplaceAll(strings.Trim(fmt.Sprint(s.ExpectStatus), "[]"), " ", ", ")
	name := s.Label() + ": status is " + statuses
	for strings.Contains(name, "::") {
		name = strings.ReplaceAll(name, "::", ": :")
	}
	return name
}

func write(data any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(data); err != nil {
		return nil, fmt.Errorf("write %s: %w", PlanFile, err)
	}
	return b.Bytes(), nil
}

// trendsOf returns the http_req_* times, beside the duration, that thresholds name.
func trendsOf(thresholds []loadtest.Threshold) []string {
	var trends []string
	for _, t := range thresholds {
		name, _, _ := strings.Cut(t.Metric, "{")
		part, found := strings.CutPrefix(name, "http_req_")
		if found && slices.Contains([]string{"blocked", "connecting", "tls_handshaking", "sending", "waiting", "receiving"}, part) && !slices.Contains(trends, name) {
			trends = append(trends, name)
		}
	}
	slices.Sort(trends)
	return trends
}
