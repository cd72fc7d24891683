"""The REST API and the pages, on FastAPI."""
