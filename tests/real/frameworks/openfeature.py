"""An OpenFeature client on the derived flag file, through flagd's own file provider.

Run as `PYTHON -m tests.real.frameworks.openfeature FLAGS ROUTE`; prints what it was told.
"""

from __future__ import annotations

import json
import sys

from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

flags, route = sys.argv[1:3]
provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=flags)
api.set_provider_and_wait(provider)
client = api.get_client()
here = EvaluationContext(attributes={"route": route})
told = {
    "state": client.get_string_value(f"burnline.{route}.state", "default"),
    "may_start": client.get_boolean_value(f"burnline.{route}.may-start", True),
    "by_route": client.get_string_value("burnline.state", "default", here),
}
sys.stdout.write(json.dumps(told) + "\n")
api.shutdown()
