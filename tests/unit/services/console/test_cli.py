"""The command line as a whole: every command is there, and one that is asked for does not wait for all others."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from services.console.cli import COMMANDS, main

OF_OTHERS = {"scipy", "openpyxl", "PIL", "celery"}
"""Large libraries that some commands want, and `hailong status` does not."""


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_found_under_its_name(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name


def test_there_is_no_other_command() -> None:
    assert main.get_command(click.Context(main), "commands") is None


def test_asking_how_it_stands_does_not_wait_for_what_other_commands_want() -> None:
    program = (
        "import sys, click; from services.console.cli import main; main.get_command(click.Context(main), 'status'); "
        f"print(sorted({OF_OTHERS} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
