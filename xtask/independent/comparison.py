"""Compares what a generated Python client read from the sandbox with the JSON of the same answer."""

import dataclasses
import enum
import json
import sys
import urllib.request
from decimal import Decimal

OFFERS_QUERY = "id=3360001&limit=300&offerwall_offers=true"
CONVERSIONS_QUERY = "id=3360001&api_key=sandbox-api-key&subid=user-42"
REVERSALS_QUERY = "id=3360001&api_key=sandbox-api-key&start_date=2026-10-20&end_date=2026-11-18"

OFFER_FIELDS = ["id", "title", "amount", "daily_cap", "payouts_per_country"]
CONVERSION_FIELDS = ["offer_id", "country", "payout", "subid", "timestamp"]
REVERSAL_FIELDS = ["lead_id", "offer_id", "subid", "amount", "date", "reason"]

MISSING = "missing"


def raw(base_url, path, query):
    """The JSON of an answer. Its numbers are read as exact decimals."""
    with urllib.request.urlopen(f"{base_url}/api/{path}?{query}", timeout=30) as answer:
        return json.loads(answer.read(), parse_float=Decimal)


def same(ours, theirs):
    """Whether two JSON values are equal. A boolean or a text is never equal to a number."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if is_number(ours) and is_number(theirs):
        return Decimal(repr(ours) if isinstance(ours, float) else ours) == theirs
    return type(ours) is type(theirs) and ours == theirs


def is_number(value):
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def compare(what, fields, rows, raw_rows):
    """Compares some fields of all rows. `rows` are dictionaries of plain values."""
    problems = []
    if len(rows) != len(raw_rows):
        problems.append(f"{len(rows)} of {len(raw_rows)} {what} were read")
    for index, (row, raw_row) in enumerate(zip(rows, raw_rows)):
        for field in fields:
            ours, theirs = row.get(field, MISSING), raw_row.get(field, MISSING)
            if not same(ours, theirs):
                problems.append(f"{what}[{index}].{field}: {theirs!r} was read as {ours!r}")
    if problems:
        more = "" if len(problems) <= 20 else f"\nand {len(problems) - 20} more"
        sys.exit(f"{len(problems)} problems:\n" + "\n".join(problems[:20]) + more)
    if not raw_rows:
        sys.exit(f"there are no {what} to compare")
    return len(rows)


def report(offers, conversions, reversals, raw_offers):
    """The last line of the output. 300 offers are wanted, and some of them without a cap."""
    uncapped = sum(offer.get("daily_cap") is False for offer in raw_offers)
    if offers != 300 or not uncapped:
        sys.exit(f"the sandbox sent {offers} offers, {uncapped} without a cap")
    print(f"{offers} of 300 offers, {uncapped} of them without a cap, "
          f"{conversions} conversions, {reversals} reversals")
