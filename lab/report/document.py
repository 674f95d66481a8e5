"""The common frame of pages: one HTML document that needs nothing else, filled in from a template."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from lab.base.language import Catalogue

HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}
_OWN = "lab.report"
"""The package whose `page.css` every page has."""

_NOT_IN_XML = {number: "\ufffd" for number in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF) if chr(number) not in "\t\n\r"}


def filled(template: str, language: str, package: str = _OWN, **values: object) -> str:
    """The template of that package with these values, every one of them taken as text. It finds `say`, `language` and `version`
    too. ValueError for a language that the lab does not speak."""
    say = Catalogue(language)
    found = _templates(package).get_template(template)
    text = found.render(say=say, language=HTML_LANGUAGES[language], version=version("cucm-cert-lab"), **values)
    return text.translate(_NOT_IN_XML)


@cache
def _templates(package: str) -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((package, _OWN))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
