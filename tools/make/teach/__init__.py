"""What a teacher takes along, made from the sources of the book: see __main__.py."""
