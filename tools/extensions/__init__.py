"""Loaded by Sphinx, named in _config.yml."""
