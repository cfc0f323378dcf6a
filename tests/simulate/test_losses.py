"""What is swept, and domains by name."""

import pytest

from planner.errors import UsageError
from planner.model.continuity import Domain
from planner.simulate.losses import (
    named,
    named_combinations,
    single_losses,
    sites_alone,
    sites_alone_with_losses,
)
from tests.builders import combination, duct, estate, feed, group, rack, room, site

MADE = estate(
    rack("r1", room="h1"),
    rack("same", room="same"),
    room("same"),
    rack("r2", room="h2", site="s2"),
    room("h2", "s2"),
    feed("a"),
    duct("d"),
    site("s1", continuity_group="g"),
    site("s2", continuity_group="g"),
    site("s3"),
    group(gives_up=("room", "duct")),
    combination("flood", ("rack", "r1"), ("duct", "d")),
)


def ids(scenarios):
    return [scenario.id for scenario in scenarios]


def test_single_losses_are_all_domains_of_the_network_too():
    found = ids(single_losses(MADE))
    assert found[:3] == ["loss of feed a", "loss of rack r1", "loss of rack r2"]
    assert "loss of duct d" in found
    assert ids(single_losses(MADE, ("duct", "site"))) == [
        "loss of site s1", "loss of site s2", "loss of site s3", "loss of duct d",
    ]  # fmt: skip


def test_combinations_and_sites_alone():
    (flood,) = named_combinations(MADE)
    assert flood.losses == (Domain("rack", "r1"), Domain("duct", "d"))
    assert ids(sites_alone(MADE)) == ["site s1 alone", "site s2 alone"]


def test_a_site_alone_with_what_its_emergency_does_not_give_up():
    assert ids(sites_alone_with_losses(MADE, ("rack", "room"))) == [
        "site s1 alone",
        "site s1 alone, loss of rack r1",
        "site s1 alone, loss of rack same",
        "site s2 alone",
        "site s2 alone, loss of rack r2",
    ]


def test_one_domain_by_name_and_several_together():
    assert named(MADE, ["r1"]).id == "loss of rack r1"
    both = named(MADE, ["r1", "r2"])
    assert (both.kind, both.lost) == ("pair", "r1 and r2")
    assert both.losses == (Domain("rack", "r1"), Domain("rack", "r2"))
    three = named(MADE, ["r1", "a", "flood"])
    assert three.lost == "r1, a and flood"
    assert three.losses == (Domain("rack", "r1"), Domain("feed", "a"), Domain("duct", "d"))


def test_a_combination_by_name_and_an_id_of_two_kinds():
    assert named(MADE, ["flood"]).id == "loss of combination flood"
    assert named(MADE, ["room:same"]).losses == (Domain("room", "same"),)
    with pytest.raises(UsageError, match=r"`same` names 2 failure domains of `e`") as refused:
        named(MADE, ["same"])
    assert refused.value.hint == "name one of `rack:same`, `room:same`"


def test_a_site_alone_by_name():
    assert named(MADE, ["s1"], is_alone=True).id == "site s1 alone"
    assert named(MADE, ["a", "s1"], is_alone=True).id == "site s1 alone, loss of feed a"


@pytest.mark.parametrize(
    ("names", "what"),
    [(["s3"], "`s3` is none"), (["r1"], "0 sites are named"), (["s1", "s2"], "2 sites are named")],
)
def test_only_one_member_of_a_group_can_stand_alone(names, what):
    wanted = f"one site of a continuity group can stand alone: {what}"
    with pytest.raises(UsageError, match=wanted) as refused:
        named(MADE, names, is_alone=True)
    assert refused.value.hint == "name one of `s1`, `s2`"


def test_an_unknown_domain_names_the_nearest():
    with pytest.raises(UsageError, match="`r11` is no failure domain of `e`") as refused:
        named(MADE, ["r11"])
    assert refused.value.hint == "did you mean `r1`?"
