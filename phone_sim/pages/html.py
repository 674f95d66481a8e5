"""The pages as HTML: small, without script, readable in the dark and on 320 pixels. Assumed, but for the banner."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from phone_sim.pages.paths import MENU, Page, path_of
from phone_sim.pages.rows import Row

CONTENT_TYPE = "text/html; charset=utf-8"

_STYLE = """
:root{color-scheme:light dark;--line:#c9d1d9;--back:#fff;--text:#1b1f24;--mark:#0b5cad;--soft:#f3f5f7}
@media(prefers-color-scheme:dark){:root{--line:#3b434d;--back:#14181d;--text:#e6eaee;--mark:#7cb8f5;--soft:#1d232a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:48rem;padding:1rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
header p{margin:0 0 .75rem;font-size:1.1rem;font-weight:600;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0 0 1rem;padding:0 0 .5rem;list-style:none;border-bottom:1px solid var(--line)}
a{color:var(--mark);display:inline-block;padding:.25rem 0}
a[aria-current]{color:inherit;font-weight:600;text-decoration:none}
h1{margin:0 0 .75rem;font-size:1.25rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{width:38%;font-weight:600}
tr:nth-child(odd){background:var(--soft)}
ol{margin:0;padding-left:0;list-style:none}
li{overflow-wrap:anywhere}
main li{padding:.2rem 0}
@media(max-width:30rem){th,td{display:block;width:auto;border:0;padding-bottom:0}td{padding-top:0;padding-bottom:.4rem}}
"""  # noqa: E501 - one rule a line


def table_page(web: str, banner: str, page: Page, rows: Iterable[Row]) -> bytes:
    """A page of labels and values."""
    body = "".join(f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>\n' for label, value in rows)
    return _page(web, banner, page, f"<table>\n{body}</table>")


def list_page(web: str, banner: str, page: Page, lines: Iterable[str]) -> bytes:
    """A page of lines, in their order."""
    body = "".join(f"<li>{escape(line)}</li>\n" for line in lines)
    return _page(web, banner, page, f"<ol>\n{body}</ol>" if body else "<p>None.</p>")


def links_page(web: str, banner: str, page: Page, links: Iterable[str]) -> bytes:
    """A page of links to paths of this phone."""
    body = "".join(f'<li><a href="{escape(link)}">{escape(link)}</a></li>\n' for link in links)
    return _page(web, banner, page, f"<ol>\n{body}</ol>")


def banner_of(model_number: str, device_name: str) -> str:
    """`Cisco IP Phone CP-8845 ( SEPAC7E8AB75190 )`, as a real one's."""
    return f"Cisco IP Phone {model_number} ( {device_name} )"


def _page(web: str, banner: str, page: Page, content: str) -> bytes:
    items = "".join(
        f'<li><a href="{escape(path_of(web, linked))}"{" aria-current=page" if linked is page else ""}>'
        f"{escape(linked.value)}</a></li>\n"
        for linked in MENU
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(page.value)} - {escape(banner)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header><p>{escape(banner)}</p></header>\n<nav><ul>\n{items}</ul></nav>\n"
        f"<main>\n<h1>{escape(page.value)}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    ).encode()
