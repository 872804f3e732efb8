"""The pinned dependencies that pyproject.toml names, one a line: a layer of the image that changes only when they do."""

import sys
import tomllib
from pathlib import Path

sys.stdout.write("\n".join(tomllib.loads(Path(sys.argv[1]).read_text("utf-8"))["project"]["dependencies"]) + "\n")
