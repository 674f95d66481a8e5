"""What the verdicts on one phone rest on, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from lab.base.language import Catalogue
from lab.base.terminal import echo
from lab.render.prose import wrapped
from lab.whatif.impact_report import Behind, ListSeen, Provenance
from lab.whatif.render import words


def write_behind(behind: Behind, say: Catalogue) -> None:
    """Print it: the verdicts, what was read, which stores judge, what was assumed, what is odd about the inputs."""
    echo()
    echo(wrapped(say("whatif-explain.title", device=behind.device)), bold=True)
    _list(say("whatif-explain.verdicts"), (words.line_message(line, say) for line in behind.lines))
    _list(say("whatif-explain.read"), (source_told(source, say) for source in behind.sources))
    echo(wrapped(say("whatif-explain.stores"), "  ", "  "))
    for store in behind.stores:
        told = say(
            "whatif-explain.store", server=store.server, store=store.store, count=store.count, settings=store.settings
        )
        echo(wrapped(told, "      ", "    - "))
        for line in [source_told(source, say) for source in store.holds] or [say("whatif-explain.holds-none")]:
            echo(wrapped(line, "          ", "        "))
    if behind.lists:
        _list(say("whatif-explain.lists"), (list_told(seen, say) for seen in behind.lists))
    _list(say("whatif-explain.assumed-title"), behind.assumptions)
    if behind.findings:
        _list(say("whatif-explain.findings"), (words.finding(found, say) for found in behind.findings))


def _list(title: str, lines: Iterable[str]) -> None:
    echo(wrapped(title, "  ", "  "))
    for line in lines:
        echo(wrapped(line, "      ", "    - "))


def source_told(source: Provenance, say: Catalogue) -> str:
    """`LSC: phones/SEP001122334455.pem (CP-8861-..., issued by ...)`"""
    key = "whatif-explain.source-detail" if source.detail else "whatif-explain.source"
    return say(key, what=source.what, where=source.where, detail=source.detail)


def list_told(seen: ListSeen, say: Catalogue) -> str:
    """`ITL: hq/ITLFile.tlv, signed by ITLRecovery_hq, 6 certificates; TVS: hq-pub, hq-sub`"""
    tvs = say.between_items.join(seen.tvs) or say("whatif-explain.none")
    return say("whatif-explain.list", list=seen.kind, where=seen.where, signer=seen.signer, count=seen.records, tvs=tvs)
