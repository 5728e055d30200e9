"""GaitCheck: running-gait measures from a phone video, with their error beside them."""

__version__ = "0.1.0"
