"""The real command line with a library gone: `python -m tests.verify.cli.disabled pysat audit ...`.

The library cannot be imported in this process, nor in the workers that it starts.
"""

from __future__ import annotations

import sys

from dlmcheck.verify.cli import main


class Gone:
    """Refuses to find a library and everything in it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """See `importlib.abc.MetaPathFinder`."""
        if name.partition(".")[0] == self.name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "__main__":
    library, *arguments = sys.argv[1:]
    sys.meta_path.insert(0, Gone(library))
    main(arguments)
