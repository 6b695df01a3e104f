//go:build linux || darwin

package contract

import "syscall"

// limitMemory keeps this process from taking more address space than max
// bytes. Where the system refuses, the collector's own limit remains.
func limitMemory(max uint64) {
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: max, Max: max})
}
