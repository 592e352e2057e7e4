"""A support bundle that holds what helps and nothing that is private."""
