"""Where a container's control group goes."""

from pathlib import Path

from tests.rig.container.control_group import groups_in


def test_beside_the_groups_of_before_systemd_keeps_services_in_two_places() -> None:
    ours = "9:name=systemd:/\n4:memory:/a\n0::/b\n"
    assert groups_in(ours, Path("/cg"), Path("/cg/unified")) == [Path("/cg/systemd"), Path("/cg/unified/b")]


def test_where_there_is_one_hierarchy_there_is_one_place() -> None:
    assert groups_in("0::/user.slice/session-1.scope\n", Path("/cg"), Path("/cg")) == [
        Path("/cg/user.slice/session-1.scope")
    ]
