package main

import (
	"os"
	"testing"

	"plog.dev/plog/jobs/contract"
	"plog.dev/plog/jobs/local"
)

func TestMain(m *testing.M) {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	if code, asked := contract.Asked(os.Args); asked {
		os.Exit(code)
	}
	code := m.Run()
	if builtFor != "" {
		_ = os.RemoveAll(builtFor)
	}
	os.Exit(code)
}
