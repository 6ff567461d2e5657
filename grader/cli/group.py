"""The program as a whole: what comes before every command, and what becomes of errors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from grader import __version__, content
from grader.cli.options import FOUND_WRONG, say
from grader.course import find_course
from grader.errors import FullmarksError
from reference.spec import AuthorError

# They are about this program and its own course, wherever they are run.
BUILT_IN = ("doctor", "demo")


class Commands(click.Group):
    """Turns our errors into one line each and the exit code that goes with them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except AuthorError as error:
            say(str(error))
            ctx.exit(FOUND_WRONG)
        except FullmarksError as error:
            say(f"fullmarks: {error}")
            ctx.exit(error.exit_code)
        except click.exceptions.ClickException:
            raise
        except Exception as error:
            fault = content.author_error(error)
            if fault is None:
                raise
            say(str(fault))
            ctx.exit(FOUND_WRONG)
        except KeyboardInterrupt:
            say("fullmarks: stopped; what was graded is stored, run the same command again to go on")
            ctx.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fullmarks", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Build assignments, grade submissions in a sandbox, and prove that the marks can be trusted."""
    named = os.environ.get("FULLMARKS_COURSE")
    folder = None if ctx.invoked_subcommand in BUILT_IN else Path(named) if named else find_course()
    ctx.with_resource(content.using(folder))
