"""What a page takes at most."""

LONGEST = 20_000              # characters


def bounded(text):
    """Return a text; raises ValueError if it is longer than a page takes."""
    if len(text) > LONGEST:
        raise ValueError(f"the field takes {LONGEST:,} characters, and this text has {len(text):,}")
    return text
