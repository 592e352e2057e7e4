"""A text in as many pieces as the vendor takes at once. Pure."""

from collections.abc import Iterator

# The vendor takes 500 tokens at once (`openai.types.live`, 3.52.0), and there is no tokenizer here.
# Two bytes of UTF-8 a token is on the safe side of every script: English has 4, Chinese 3.
MAX_BYTES = 1000


def fits(text: str) -> bool:
    """Whether the vendor takes `text` in one piece."""
    return size_bytes(text) <= MAX_BYTES


def size_bytes(text: str) -> int:
    """In UTF-8; half of a surrogate pair, which models write, counts as well."""
    return len(text.encode("utf-8", "surrogatepass"))


def pieces(text: str, most_bytes: int) -> Iterator[str]:
    """`text` in pieces of at most `most_bytes` (≥ 4), at least one, which make it up again when joined.

    A piece ends behind white space where there is some.
    """
    begin = gap = size = 0
    for at, character in enumerate(text):
        size += size_bytes(character)
        if size > most_bytes:
            end = gap if gap > begin else at
            yield text[begin:end]
            begin, size = end, size_bytes(text[end : at + 1])
        if character.isspace():
            gap = at + 1
    yield text[begin:]
