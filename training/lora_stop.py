"""How a training is asked to end, and what it does then."""

import os
import signal
import threading
import time

# A training whose parent is gone ends after this long, be its step done or not.
GRACE_SECONDS = 30
# One Ctrl-C can reach a process twice: from the terminal and from the program that started it.
IMPATIENT_SECONDS = 1


class Stopped(BaseException):
    """Raised where the process was asked to end; no Exception, so that no library catches it."""

    def __init__(self, number, line="stopped; run again to go on"):
        super().__init__(line)
        self.exit_code = 128 + number


class Stop:
    """Hears SIGINT, SIGTERM and, if asked to, the end of the parent.

    Inside `with stop:` it only notes them in `number`, for the trainer to look at after each step;
    outside, where nothing can be lost, the process ends at once. A second Ctrl-C ends it at once
    anywhere.
    """

    def __init__(self):
        self.number = 0
        self.noted = 0.0
        self.deferred = False
        self.handlers = {}

    def __enter__(self):
        self.deferred = True

    def __exit__(self, *error):
        self.deferred = False

    def listen(self):
        """Take over the signals, until `close`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            # A shell's background jobs ignore Ctrl-C, and shall go on to do so.
            if signal.getsignal(number) != signal.SIG_IGN:
                self.handlers[number] = signal.signal(number, self._hear)
        if os.environ.get("LAB_END_WITH_PARENT"):
            threading.Thread(target=self._watch, args=[os.getppid()], daemon=True).start()

    def close(self):
        """Give the signals back to whom they belonged."""
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def _hear(self, number, _frame):
        again = self.number and time.monotonic() - self.noted > IMPATIENT_SECONDS
        if not self.deferred or (again and number == signal.SIGINT):
            raise Stopped(number)
        if not self.number:
            self.number, self.noted = number, time.monotonic()

    def _watch(self, parent):
        """End this process when the one that started it is gone, however that ended."""
        while os.getppid() == parent:
            time.sleep(0.2)
        if self.deferred:
            self.number = self.number or signal.SIGTERM
            time.sleep(GRACE_SECONDS)
        os._exit(1)
