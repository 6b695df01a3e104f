// Package k6 turns a plan into what k6 needs to carry it out: one fixed script,
// the plan as its data, arguments and environment; and it puts k6's exit codes
// into words. Everything in it is pure.
//
// Nothing of a plan ever becomes code. The script reads plan.json, in which
// every request is ready to be sent: this package encodes path, query, headers,
// cookies and body, so that an iteration only picks one and sends it.
package k6
