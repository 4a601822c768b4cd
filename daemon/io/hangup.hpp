// SIGHUP while the process starts: its default would end a daemon that somebody only wanted to read
// a newer configuration. It waits until take_hangup(), and is served then.
#pragma once

namespace trainwatch::io {

// First of all, before there is a second thread: those that begin later inherit it.
void hold_hangup();
// In the same thread, once somebody takes the signal.
void take_hangup();

}  // namespace trainwatch::io
