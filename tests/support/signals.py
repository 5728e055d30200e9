"""Programs that a test stops with Ctrl-C."""

import signal


def heed_ctrl_c() -> None:
    """For `preexec_fn`: tests that run in the background inherit an ignored Ctrl-C; the program under test must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
