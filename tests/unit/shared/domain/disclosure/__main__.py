"""`python -m tests.unit.shared.domain.disclosure [SURVEYS]` attacks so many random surveys, 1,000 if not said."""

import sys
import time

from tests.unit.shared.domain.disclosure.surveys import outcome


def main() -> int:
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    started, broken, refused = time.monotonic(), 0, 0
    for seed in range(surveys):
        found = outcome(seed)
        refused += found is None
        if found:
            broken += 1
            print(f"survey {seed}: {found}", flush=True)  # noqa: T201
        if seed % 100 == 99:
            print(f"{seed + 1} surveys, {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201
    print(f"{surveys} surveys: {broken} with a hidden cell pinned down, {refused} refused")  # noqa: T201
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
