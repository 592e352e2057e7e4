"""Where the rig takes Debian from."""

from tests.rig.root import BOOKWORM, TRIXIE, key_of, mirror_in

TARGETS = """\
nodistro main https://node.example/node_20.x/
bookworm-security main http://mirror.example/debian-security/
bookworm contrib http://elsewhere.example/debian/
bookworm main http://mirror.example/debian/
"""


def test_the_mirror_is_the_one_that_has_this_release_itself() -> None:
    assert mirror_in(TARGETS, "bookworm") == "http://mirror.example/debian/"


def test_a_release_that_no_source_has_has_no_mirror() -> None:
    assert mirror_in(TARGETS, "trixie") is None
    assert mirror_in("", "trixie") is None


def test_each_release_is_kept_under_a_name_of_its_own() -> None:
    assert key_of(TRIXIE) != key_of(BOOKWORM)
