package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiscoveryMeasuresEachDocument(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"INDEX.tsv":  "name\tversion\tsource\tbytes\toperations\tquirks\na b.yaml\t3.1.0\tours\t1\t2\tplain\nbad.json\t?\tours\t1\t-\tINVALID html\n",
		"a b.yaml":   "openapi: 3.1.0\ninfo: {title: x}\npaths: {/a: {get: {}, put: {}}}",
		"bad.json":   "<html></html>",
		"others.txt": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := readIndex(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []indexed{{"a b.yaml", 2, true}, {"bad.json", 0, false}}
	if diff := cmp.Diff(want, all, cmp.AllowUnexported(indexed{})); diff != "" {
		t.Errorf("index (-want +got):\n%s", diff)
	}
	address, stop, err := serveFolder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	good, err := discoverOne(t.Context(), address+"a%20b.yaml", dir)
	if err != nil || good.Operations != 2 || good.Refused != "" || good.ReadMS <= 0 {
		t.Errorf("a document: %+v, %v", good, err)
	}
	bad, err := discoverOne(t.Context(), address+"bad.json", dir)
	if err != nil || bad.Refused == "" {
		t.Errorf("no document: %+v, %v", bad, err)
	}
	now, peak, err := memoryOf(os.Getpid())
	if err != nil || now == 0 || peak < now {
		t.Errorf("memory: %d now, %d at its peak, %v", now, peak, err)
	}
}
