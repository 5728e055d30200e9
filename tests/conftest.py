"""Settings for all tests: property tests try the same examples on the build server, and new ones elsewhere.

A folder of own rows, named on the machine of whoever runs the tests, is left out.
"""

import os

from hypothesis import settings

settings.register_profile("everywhere", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("everywhere")
os.environ.pop("GAITCHECK_KNOWLEDGE", None)
