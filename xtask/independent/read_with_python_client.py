"""Reads answers of the sandbox with the client that openapi-python-client wrote.

Usage: read_with_python_client.py BASE_URL, with the package generated_client on PYTHONPATH
"""

import datetime
import sys

from generated_client import Client
from generated_client.api.default import conversions, offers, reversals

import comparison as the


def rows(answer, name):
    """The rows of an answer, each as a dictionary of the values that its model holds."""
    found = answer if isinstance(answer, list) else getattr(answer, name)
    return [row.to_dict() for row in found]


def main(base_url):
    client = Client(base_url=base_url, raise_on_unexpected_status=True)
    answer = offers.sync(client=client, id=3360001, limit=300, offerwall_offers=True)
    raw_offers = the.raw(base_url, "offers", the.OFFERS_QUERY)["offers"]
    read = the.compare("offers", the.OFFER_FIELDS, rows(answer, "offers"), raw_offers)

    # The generator leaves out keys that travel in the query.
    keyed = Client(base_url=base_url, raise_on_unexpected_status=True)
    keyed.get_httpx_client().params = {"api_key": "sandbox-api-key"}
    answer = conversions.sync(client=keyed, id=3360001, subid="user-42")
    raw = the.raw(base_url, "conversions", the.CONVERSIONS_QUERY)["conversions"]
    converted = the.compare("conversions", the.CONVERSION_FIELDS, rows(answer, "conversions"), raw)

    answer = reversals.sync(
        client=keyed, id=3360001,
        start_date=datetime.date(2026, 10, 20), end_date=datetime.date(2026, 11, 18))
    raw = the.raw(base_url, "reversals", the.REVERSALS_QUERY)["reversals"]
    reversed_ = the.compare("reversals", the.REVERSAL_FIELDS, rows(answer, "reversals"), raw)
    the.report(read, converted, reversed_, raw_offers)


main(sys.argv[1])
