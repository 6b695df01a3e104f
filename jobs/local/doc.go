// Package local carries runs out with a k6 process on this machine.
//
// A k6 outlives PLOG: it runs in a session of its own and writes to files of
// its run's folder, so that a PLOG that is started again finds it by process id
// and start time, goes on with it, and learns its exit code even when it ended
// in between. Only a parent is told an exit code, so PLOG's own program stands
// between as a supervisor (an image without a shell has no other): it waits for
// a line from PLOG, runs k6, and writes the code to a file. It begins only when
// PLOG has put the process on record, so no k6 is ever lost; and since it is
// in k6's process group, one signal reaches both.
package local
