"""The door to the command line: an interrupt is answered from the first moment on, while modules are still loading."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run `timbao` and leave with its exit status."""
    try:
        from searcher.cli import main as command_line

        command_line.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
