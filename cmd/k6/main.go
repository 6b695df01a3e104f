// Command k6 is Grafana k6 with PLOG's output added: `k6 run --out plog`.
package main

import (
	"go.k6.io/k6/cmd"

	_ "plog.dev/plog/cmd/k6/plogout" // registers the output "plog"
)

func main() { cmd.Execute() }
