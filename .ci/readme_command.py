"""Print one of the README's two commands: the block that follows `<!-- command: NAME -->`."""

import re
import sys
from pathlib import Path

readme = Path(__file__).parent.parent / "README.md"
wanted = sys.argv[1]
block = rf"<!-- command: {re.escape(wanted)} -->\s*```sh\n(.*?)```"
found = re.search(block, readme.read_text("utf-8"), re.DOTALL)
if found is None:
    sys.exit(f"README.md: no command named {wanted}")
sys.stdout.write(found.group(1))
