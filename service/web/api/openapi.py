"""Prints the contract: ``python -m service.web.api.openapi > openapi.yaml``. A test holds the file to the code."""

import sys

from service.web.api.document import as_yaml, make_document

if __name__ == "__main__":
    sys.stdout.write(as_yaml(make_document()))
