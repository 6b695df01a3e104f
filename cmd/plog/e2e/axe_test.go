//go:build e2e

package e2e

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const axeVersion = "4.14.1"

// axe returns the script of axe-core, which npm fetches once, or "" with a
// logged reason.
func axe(t *testing.T) string {
	t.Helper()
	script, err := fetchAxe(t)
	if err != nil {
		t.Logf("accessibility is not checked: %v", err)
	}
	return script
}

func fetchAxe(t *testing.T) (script string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "plog-e2e")
	archive := filepath.Join(dir, "axe-core-"+axeVersion+".tgz")
	if _, err := os.Stat(archive); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
		pack := exec.CommandContext(within(t), "npm", "pack", "--silent", "axe-core@"+axeVersion)
		pack.Dir = dir
		if out, err := pack.CombinedOutput(); err != nil {
			return "", fmt.Errorf("npm pack axe-core: %w\n%s", err, out)
		}
	}
	file, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if err != nil {
			return "", fmt.Errorf("%s: %w", archive, err)
		}
		if header.Name == "package/axe.min.js" {
			text, err := io.ReadAll(files)
			return string(text), err
		}
	}
}

// accessible fails the test with what keeps people from using the page.
func (p *tab) accessible(script, what string) {
	p.t.Helper()
	if script == "" {
		return
	}
	problems := eval[[]string](p, `(async () => {
		if (!window.axe) { `+script+` }
		const result = await axe.run(document, { resultTypes: ['violations'] });
		return result.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v =>
			v.impact + ' ' + v.id + ': ' + v.help + '\n\t' + v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join('\n\t'));
	})()`)
	if len(problems) > 0 {
		p.t.Errorf("%s: %s", what, strings.Join(problems, "\n"))
	}
}
