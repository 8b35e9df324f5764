"""A home of the test run's own: no test reads the keys, the data or the settings of whoever runs it.

Named after `plugins.postgres` on pytest's command line, so that it comes first: of two wrappers the later is outside.
"""

import os
import shutil
import tempfile
from collections.abc import Generator

import pytest

# What a test run may be told from outside; every other DIGIBEL_ variable is somebody's installation.
FOR_TESTS = ("DIGIBEL_TEST_", "DIGIBEL_CHROMIUM")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    # A worker of xdist lives in its parent's home.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for variable in [name for name in os.environ if name.startswith("DIGIBEL_")]:
            if not variable.startswith(FOR_TESTS):
                del os.environ[variable]
        home = tempfile.mkdtemp(prefix="digibel-tests-")
        early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
        os.environ["DIGIBEL_HOME"] = home
        # Most tests begin logged in; those about coming in ask for the second step themselves.
        os.environ["DIGIBEL_TWO_STEPS"] = "0"
    yield
