"""Prints the JSON Schema of analysis.json: `python -m gaitcheck.report.schema > docs/analysis.schema.json`."""

import json

from gaitcheck.report.document import json_schema

if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
