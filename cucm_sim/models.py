"""Table typemodel: the number by which each phone model introduces itself."""

from __future__ import annotations

TYPEMODEL: dict[str, int] = {
    "7960": 7,
    "7940": 8,
    "7941": 115,
    "7971": 119,
    "7985": 302,
    "7911": 307,
    "7961G-GE": 308,
    "7941G-GE": 309,
    "7931": 348,
    "7921": 365,
    "7906": 369,
    "7962": 404,
    "7937": 431,
    "7942": 434,
    "7945": 435,
    "7965": 436,
    "7975": 437,
    "7925": 484,
    "9971": 493,
    "6921": 495,
    "6941": 496,
    "6961": 497,
    "9951": 537,
    "8961": 540,
    "6901": 547,
    "6911": 548,
    "6945": 564,
    "8945": 585,
    "8941": 586,
    "3905": 592,
    "7821": 621,
    "7841": 622,
    "7861": 623,
    "8831": 659,
    "8841": 683,
    "8851": 684,
    "8861": 685,
    "7970": 30006,
    "7961": 30018,
    "7811": 36213,
    "8821": 36216,
    "8811": 36217,
    "8845": 36224,
    "8865": 36225,
    "8851NR": 36232,
    "7832": 36247,
}
"""As a real CUCM lists `enum` and `name`; the names here without their "Cisco "."""


def model_number(model: str) -> int | None:
    """The number of "7965"; None where there is no such model."""
    return TYPEMODEL.get(model)


def model_name(number: int) -> str:
    """`7965` for 436; the number itself where no model has it."""
    return next((name for name, own in TYPEMODEL.items() if own == number), str(number))
