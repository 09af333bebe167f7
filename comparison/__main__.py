"""The command line of the comparison: `python -m comparison --help`."""

import argparse
import errno
import sys
from typing import NoReturn

CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def main(arguments: list[str] | None = None) -> int:
    """Measure what is stale, write the page and the picture; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        _run(given.show, given.check)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        print(_cannot_write(error), file=sys.stderr)
        return 2
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m comparison",
        description="Measure what each mistake costs and what each practice is worth.",
    )
    parser.add_argument(
        "--show", action="store_true", help="measure nothing, only write and draw"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="look again, in five further worlds, for the differences that are clear",
    )
    return parser


def _run(show: bool, check: bool) -> None:
    from comparison.renew import publish, renew  # seconds; --help need not wait
    from data.world.beliefs import World

    if not show:
        renew(World(), check)
    publish()


def _cannot_write(error: OSError) -> str:
    return (
        f"cannot write {error.filename or 'a file'}: {error.strerror}. Make room or "
        "allow writing there; the same command then goes on"
    )


if __name__ == "__main__":
    sys.exit(main())
