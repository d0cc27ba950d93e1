"""Prints the contract; `make openapi` writes it to `openapi.yaml`, and a test holds the file to the code."""

import sys

from service.web.api.reference.document import as_yaml, make_document

if __name__ == "__main__":
    sys.stdout.write(as_yaml(make_document()))
