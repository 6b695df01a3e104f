//go:build !linux && !darwin

package contract

// limitMemory does nothing where the system knows no such limit.
func limitMemory(uint64) {}
