"""The shapes of JSON bodies, one module a resource."""
