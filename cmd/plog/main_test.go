package main

import (
	"os"
	"testing"

	"plog.dev/plog/jobs/local"
)

func TestMain(m *testing.M) {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	os.Exit(m.Run())
}
