"""`assay`: the entry point, its exit codes, and how a user's mistake is shown.

Exit codes: 0 fine; 1 findings (a difference, for `compare`); 2 the user's mistake; 3 more
unscored than allowed. Besides, as every Unix tool: 130 after Ctrl-C, 129 and 143 where SIGHUP or
SIGTERM ends `verify`, 141 where the reader of the rows on standard output has gone.
"""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import Annotated, Any

import typer

from assay.cli import registry
from assay.cli.exits import INTERRUPTED, READER_GONE, USER_MISTAKE
from assay.errors import AssayError

EPILOG = (
    "Exit codes: 0 fine; 1 findings, or a difference in compare; 2 a mistake in options, files or "
    "rows; 3 more unscored rows than --max-unscored."
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"assay {version_of('assay')}")
        raise typer.Exit


def app(only: str | None = None) -> typer.Typer:
    """The application, with every command, or with the one that will run."""
    made = typer.Typer(
        name="assay",
        add_completion=only is None,  # its options stand beside the commands
        pretty_exceptions_enable=False,
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @made.callback()
    def root(
        _: Annotated[
            bool,
            typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
        ] = False,
    ) -> None:
        """Rewards you can explain: verifiers for maths and code, rubrics that combine them."""

    for name in [only] if only else registry.COMMANDS:
        settings = dict(registry.SETTINGS.get(name, {}))
        command = registry.load(name)
        made.command(name, help=_prose(command), context_settings=settings or None)(
            _guarded(command)
        )
    return made


def _prose(command: Callable[..., Any]) -> str:
    """Its docstring, a line a paragraph: the terminal's width breaks lines, not the source's."""
    text = inspect.getdoc(command) or ""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, with standard output kept for its results."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        from assay.cli.console import own_output

        with own_output():
            return command(*args, **options)

    return run


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave the process with its exit code."""
    args = sys.argv[1:] if arguments is None else arguments
    warnings.showwarning = _warn
    try:
        code = _run(args)
    except BrokenPipeError:  # where output is unbuffered, it breaks at the first word
        code = READER_GONE
    except KeyboardInterrupt:  # before a command had begun, or as it ended
        code = INTERRUPTED
    sys.exit(_flushed(code))


def _run(args: list[str]) -> int:
    if args[:1] == ["--version"]:  # needs none of the commands, which typer would want
        if sys.stdout is not None:
            sys.stdout.write(f"assay {version_of('assay')}\n")
        return 0
    only = args[0] if args and args[0] in registry.COMMANDS else None
    try:
        ended = app(only)(args or ["--help"], prog_name="assay", standalone_mode=False)
    except AssayError as err:
        _say_error(str(err))
        return USER_MISTAKE
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich, printing help
            return READER_GONE
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except typer.Abort:
        return INTERRUPTED
    except Exception as err:
        if not hasattr(err, "format_message"):  # click's own errors, wherever typer keeps click
            raise
        named = f"assay {only}" if only else "assay"
        _say_error(f"{err.format_message()} (see `{named} --help`)")
        return USER_MISTAKE
    return ended if isinstance(ended, int) else 0


def _say_error(message: str) -> None:
    from assay.cli.console import say_error

    say_error(message)


def _warn(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """A warning as one line on standard error, without the place in our code."""
    from assay.cli.console import say_warning

    say_warning(str(message))


def _flushed(code: int) -> int:
    """`code`, once what was printed has left the process; a full disk behind a pipe is reported."""
    from assay.cli.console import silence

    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):  # ValueError: somebody has closed it
            silence(stream)
        except OSError as err:
            silence(stream)
            if stream is sys.stdout:
                _say_error(f"stdout: {err.strerror or err}")
                code = code or USER_MISTAKE
    return code


if __name__ == "__main__":
    main()
