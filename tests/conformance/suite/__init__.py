"""One suite of promises, kept by every provider and by the chain itself."""
