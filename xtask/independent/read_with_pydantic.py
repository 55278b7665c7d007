"""Reads answers of the sandbox with the models that datamodel-code-generator wrote.

Usage: read_with_pydantic.py BASE_URL, with generated_models.py on PYTHONPATH
"""

import sys
import urllib.request

import generated_models as models

import comparison as the


def read(base_url, model, path, query):
    with urllib.request.urlopen(f"{base_url}/api/{path}?{query}", timeout=30) as answer:
        return model.model_validate_json(answer.read())


def rows(answer, name):
    """The rows of an answer, each as a dictionary of the values that its model holds."""
    answer = getattr(answer, "root", answer)
    found = answer if isinstance(answer, list) else getattr(answer, name)
    return [row.model_dump(mode="json", exclude_unset=True) for row in found]


def main(base_url):
    def compared(model, name, fields, query):
        raw = the.raw(base_url, name, query)[name]
        return the.compare(name, fields, rows(read(base_url, model, name, query), name), raw), raw

    offers, raw = compared(models.OffersResponse, "offers", the.OFFER_FIELDS, the.OFFERS_QUERY)
    conversions, _ = compared(
        models.ConversionsResponse, "conversions", the.CONVERSION_FIELDS, the.CONVERSIONS_QUERY)
    reversals, _ = compared(
        models.ReversalsResponse, "reversals", the.REVERSAL_FIELDS, the.REVERSALS_QUERY)
    the.report(offers, conversions, reversals, raw)


main(sys.argv[1])
