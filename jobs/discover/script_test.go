package discover

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestScriptsThatNest meets scripts made to use up the parser's stack, which
// nothing could recover from, and names that stand for each other.
func TestScriptsThatNest(t *testing.T) {
	var names strings.Builder
	for i := range 30 {
		name := func(i int) string { return "n" + strings.Repeat("x", i) }
		names.WriteString("var " + name(i) + " = {a: " + name(i+1) + ", b: " + name(i+1) + ", c: " + name(i+1) + ", d: " + name(i+1) + "};\n")
	}
	for name, source := range map[string]string{
		"lists": strings.Repeat("[", 1<<20), "calls": strings.Repeat("f(", 1<<19), "objects": "x = " + strings.Repeat("{a:", 1<<18),
		"not": "x = " + strings.Repeat("!", 1<<20), "not, less": "x = " + strings.Repeat("!", 190_000) + "1", "functions": strings.Repeat("a=>", 60_000) + "1", "functions, less": strings.Repeat("a=>", 1_900) + "1",
		"sums": "x = 1" + strings.Repeat("+1", 90_000), "members": "x = a" + strings.Repeat(".b", 90_000), "new": "x = " + strings.Repeat("new ", 45_000) + "A",
		"elses": strings.Repeat("if (a) {} else ", 1<<19) + "{}", "templates": strings.Repeat("`${", 60_000), "conditions": "x = " + strings.Repeat("a?", 60_000) + "1" + strings.Repeat(":2", 30_000),
		"assignments": strings.Repeat("a=", 90_000) + "1", "ifs": strings.Repeat("if(1)", 38_000) + ";", "names": names.String() + "f(n)",
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			readScript(source, &url.URL{Scheme: "http", Host: "x"})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
