"""Break the book on purpose, everywhere, one place at a time, and count what the tests notice."""
