"""Runs a program on a terminal of a given size (a pseudo-terminal) and takes what it draws."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """A running program and all bytes that it has drawn so far."""

    def __init__(self, arguments, environment, columns, rows=24):
        self.drawn = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [str(a) for a in arguments], env=environment, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, close_fds=True)
        os.close(slave)

    def resize(self, columns, rows=24):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, patience):
        """More of what it draws; False at its end."""
        ready, _, _ = select.select([self._master], [], [], patience)
        assert ready, f"nothing was drawn for {patience:.0f} s; before: {self.drawn!r}"
        try:
            more = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.drawn += more
        return bool(more)

    def wait_for(self, text, patience):
        deadline = time.monotonic() + patience
        while text not in self.drawn.decode(errors="replace"):
            assert time.monotonic() < deadline, f"{text!r} was never drawn: {self.drawn!r}"
            assert self.read(patience), f"ended without {text!r}: {self.drawn!r}"

    def end(self, patience):
        """Its exit code, once it has drawn everything."""
        while self.read(patience):
            pass
        code = self.process.wait(timeout=patience)
        os.close(self._master)
        return code


def run_in_terminal(arguments, environment, columns, patience, rows=24):
    """Exit code and what was drawn, its line ends as usual."""
    terminal = Terminal(arguments, environment, columns, rows)
    code = terminal.end(patience)
    return code, terminal.drawn.decode().replace("\r\n", "\n")
