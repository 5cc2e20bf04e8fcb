"""Keeps what is evaluated on this machine.

Importing this module opts out of DeepEval's telemetry and blanks a Confident AI key for this
process: DeepEval 4.3.1 uploads a test run only when it has one, and an empty one in the environment
also keeps it from taking another out of a .env file. DeepEval reads its settings again whenever
these variables change, so the order of imports does not matter.

One event is out of reach from here: the `deepeval` command counts its own start before it loads any
test. So it is run with DEEPEVAL_TELEMETRY_OPT_OUT=1, or in this folder, whose .env file says so.
"""

import os
import sys

os.environ["DEEPEVAL_TELEMETRY_OPT_OUT"] = "1"
os.environ["CONFIDENT_API_KEY"] = ""

# A backend that was made before this import would go on sending.
_client = sys.modules.get("deepeval.telemetry.client")
if _client is not None and getattr(_client, "_backend", None) is not None:
    _client._backend = _client.NoopBackend()
