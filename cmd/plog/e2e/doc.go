// Package e2e proves PLOG as people use it: the built programs, real k6, a real browser. Its tests have the
// build tag e2e; `make e2e` builds what they drive and runs them. PLOG_BIN is the folder of plog, k6 and
// sampleapi. With PLOG_E2E_SHOTS set, that folder gets a picture of every page, and of what failed.
package e2e
