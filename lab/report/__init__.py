"""The story page: one self-contained HTML document that shows what happened in a story, who said what, and why it failed.

`model` gathers what it shows from a story's result: `timeline` the rows of the diagrams by the table in `rules`, `stores` and
`certificates` what their names say. `sequence` draws, `page` fills the templates, `files` puts pages where the user wants them.
"""

from lab.report.page import build_index, build_page

__all__ = ["build_index", "build_page"]
