"""`gallery` and `check`: which stories there are, and whether a file is one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lab.base.exits import AS_EXPECTED, INVALID_INPUT, say
from lab.base.failures import InvalidInput
from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import in_language, print_json

BEYOND_FAQ = 99
"""Where stories stand that answer no question of the FAQ."""


@click.command(short_help="List the stories that come with the lab.")
@in_language
@json_option
def gallery(language: str, as_json: bool) -> None:
    """List the stories that come with the lab, by the question of the FAQ that each answers first; at the end those on trust
    in a cluster, of which the FAQ says nothing."""
    from lab.scenario import gallery as stories
    from lab.scenario.translation import find_in

    found = [find_in(language, name) for name in stories.names()]
    if as_json:
        print_json([{"name": story.name, "title": story.title, "faq": story.head.faq} for story in found])
        return
    from lab.base.language import Catalogue
    from lab.render.prose import columns, wrapped

    say_in = Catalogue(language)
    for question in sorted({story.head.faq[:1] for story in found}, key=lambda question: question or (BEYOND_FAQ,)):
        heading = [f"{number}. {say_in(f'gallery.question.{number}')}" for number in question]
        echo(wrapped(" ".join(heading or [say_in("gallery.trust")])), bold=True)
        columns([(story.name, story.title) for story in found if story.head.faq[:1] == question])
        echo()


@click.command(short_help="Say what is wrong with scenario files.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Read scenario files and say what is wrong with them, without playing them."""
    from lab.scenario.file import load

    found = []
    for file in files:
        try:
            story = load(file)
        except InvalidInput as error:
            found.append({"file": str(file), "fine": False, "error": str(error)})
            if not as_json:
                say(str(error))
        else:
            found.append({"file": str(file), "fine": True, "error": ""})
            if not as_json:
                counted = (("cluster", story.clusters), ("phone", story.phones), ("step", story.steps))
                held = ", ".join(f"{len(many)} {one}{'s' * (len(many) != 1)}" for one, many in counted)
                echo(f"{file}: {held}: fine")
    if as_json:
        print_json(found)
    sys.exit(AS_EXPECTED if all(one["fine"] for one in found) else INVALID_INPUT)
