// Package metrics holds what a load test measures: rollups as instances report
// them, histograms that merge, and the aggregate from which live figures,
// reports and threshold verdicts are all read.
//
// # Ingest
//
// An instance reports with POST {ingest}/runs/{run}/batches, once a second:
// gzipped JSON of a Batch, Authorization: Bearer {token}, Content-Encoding:
// gzip, and the header Plog-Ingest-Version: 1. PLOG answers 200 with a Reply
// once the batch is stored; an instance keeps a batch until then and sends it
// again, in order, with the same sequence number. 401 (wrong token), 404
// (unknown run) and 410 (the run is over) are final: nothing more is sent, and
// the test ends. After 400, 413, 415 and 422 the batch is given up and its
// samples are counted as lost; anything else is tried again. An instance's first
// batch, sent before its load, carries no rollups: the reply tells it the time.
// Before its load starts an instance asks POST {ingest}/runs/{run}/gate
// (the same header and token) until the Reply says Go.
//
// Every answer of PLOG, errors too, carries the header Plog-Ingest-Version. One
// without it comes from something else at PLOG's address and, whatever its
// status, means to try again. So do 401 and 404 once PLOG has taken a batch:
// then it is a PLOG with other runs that answers.
package metrics
