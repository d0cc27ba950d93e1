"""The contract written down: `openapi.yaml`, and `/docs` made from it for people."""
