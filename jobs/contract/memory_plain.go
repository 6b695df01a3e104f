//go:build !race

package contract

// childMemory is a hard limit of address space, in bytes.
const childMemory = 4 << 30
