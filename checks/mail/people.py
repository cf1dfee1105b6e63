"""The name of an addressee, as RFC 2047 reads it."""

import email.header


def name(raw: bytes) -> str:
    """Python's newer parser leaves a space between two encoded words, where section 6.2 has none; the older one does not."""
    to = email.message_from_bytes(raw)["To"]
    words = email.header.decode_header(to)
    decoded = "".join(part if isinstance(part, str) else part.decode(code or "ascii") for part, code in words)
    return decoded.rsplit("<", 1)[0].strip().removeprefix('"').removesuffix('"').replace('\\"', '"')
