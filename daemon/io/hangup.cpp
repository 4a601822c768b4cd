#include "io/hangup.hpp"

#include <csignal>

namespace trainwatch::io {

namespace {

void change_mask(int how) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    ::pthread_sigmask(how, &hangup, nullptr);
}

}  // namespace

void hold_hangup() {
    change_mask(SIG_BLOCK);
}

void take_hangup() {
    change_mask(SIG_UNBLOCK);
}

}  // namespace trainwatch::io
