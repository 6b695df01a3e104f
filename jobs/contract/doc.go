// Package contract holds an API to its document: it says whether a response
// fits, and what changed from one version of a document to the next.
//
// The library that does both builds its models in goroutines of its own, and a
// document can make one of them panic, which would end PLOG. So the work is
// done by a child: PLOG's own program, which is asked to by an argument, reads
// a question from its input, writes the answer and ends. Its time and memory
// are limited, and it inherits nothing. When it dies, that is an error with a
// sentence; nothing is ever taken to fit, or to be unchanged, because of it.
package contract
