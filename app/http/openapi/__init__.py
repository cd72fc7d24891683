"""The OpenAPI document, and examples of calls made from it."""
