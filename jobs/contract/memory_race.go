//go:build race

package contract

// childMemory is a hard limit of address space, in bytes. The race detector
// keeps several bytes of its own for each of the program's.
const childMemory = 16 << 30
