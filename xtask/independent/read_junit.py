"""Validates JUnit reports against the schema that Jenkins publishes.

Usage: read_junit.py FOLDER_OF_SCHEMAS FOLDER_OF_REPORTS
"""

import pathlib
import sys

import xmlschema


def main(schemas, reports):
    schema = xmlschema.XMLSchema(str(pathlib.Path(schemas) / "jenkins-junit.xsd"))
    files = sorted(pathlib.Path(reports).glob("*.xml"))
    cases = 0
    for file in files:
        schema.validate(str(file))
        cases += sum(1 for _ in xmlschema.XMLResource(str(file)).root.iter("testcase"))
    if not cases:
        sys.exit("there are no reports")
    print(f"JUnit: {len(files)} reports with {cases} cases are valid")


main(sys.argv[1], sys.argv[2])
