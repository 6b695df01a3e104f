package discover

import "strings"

// tooDeep reports whether a script would have its parser, which descends into
// whatever it meets, use up the stack: by brackets within brackets, or by
// expressions that go on and on.
func tooDeep(source string) bool {
	const (
		deepest = 5_000
		longest = 200_000 // bytes without an end of anything
		arrows  = 2_000   // of functions that return functions; the parser reads each again for the one around it
		elses   = 20_000
	)
	depth, since, chained := 0, 0, 0
	for i := range len(source) {
		since++
		switch source[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case ',', ';':
			since, chained = 0, 0
		case '>':
			chained++
		}
		if depth > deepest || since > longest || chained > arrows {
			return true
		}
	}
	return strings.Count(source, "else") > elses
}

// withoutModules returns a module as a script that the parser knows: without
// imports and exports, and in a function that may await.
func withoutModules(source string) string {
	var b strings.Builder
	b.WriteString("(async () => {\n")
	importing := false
	for line := range strings.SplitSeq(source, "\n") {
		trimmed := strings.TrimSpace(line)
		if !importing && isImport(trimmed) {
			importing = true
		}
		if importing {
			importing = !strings.ContainsAny(trimmed, `"'`) // the name of the module ends it
			if _, rest, ok := strings.Cut(trimmed, ";"); ok && !importing {
				b.WriteString(rest)
			}
			b.WriteByte('\n')
			continue
		}
		for _, word := range []string{"export default ", "export "} {
			if rest, ok := strings.CutPrefix(trimmed, word); ok {
				line = rest
				break
			}
		}
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(line, "import.meta", "import_meta"), "import(", "import_("))
		b.WriteByte('\n')
	}
	b.WriteString("})()")
	return b.String()
}

func isImport(line string) bool {
	rest, ok := strings.CutPrefix(line, "import")
	return ok && rest != "" && strings.ContainsRune(" {*\"'\t", rune(rest[0]))
}
