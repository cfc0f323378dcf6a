"""What is critical, for a group and at all, and at which level."""

from planner.check.critical import Dependence, is_emergency
from planner.model.continuity import Domain
from planner.model.scenarios import NORMAL, Scenario
from tests.builders import estate, group, pool, process, service, site, workload

#: Groups `g` (s1, s2) and `k` (s3, s4). `mail` needs `db`, `db` and `dns` need each other.
E = estate(
    group("g"),
    group("k"),
    *(site(key, continuity_group=key_of) for key, key_of in (("s1", "g"), ("s2", "g"))),
    *(site(key, continuity_group=key_of) for key, key_of in (("s3", "k"), ("s4", "k"))),
    service("mail", depends_on=("db",), pools=("p1",)),
    service("db", depends_on=("dns", "array"), pools=("p2",)),
    service("dns", depends_on=("db",), pools=("p1",)),
    service("web", pools=()),
    service("wiki", pools=("p3",)),
    *(workload(key) for key in ("array", "host1", "host2", "host3", "san", "switch", "other")),
    workload("badge", critical=True, depends_on=("switch",)),
    pool("p1", "s1", "host1"),
    pool("p2", "s2", ("host2",), storage_on=("san",)),
    pool("p3", "s3", "host3"),
    process("letters", "mail", continuity_group="g", emergency_permille=300),
    process("names", "dns", emergency_permille=500),
    process("pages", "web", continuity_group="k", emergency_permille=700),
    process("notes", "wiki", criticality=0),
)


def test_critical_is_what_a_critical_process_depends_on_and_what_is_marked():
    found = Dependence(E).critical("g")
    assert [p.id for p in found.processes] == ["letters", "names"]
    assert found.needed == {"mail", "db", "dns", "array", "badge", "switch"}
    # Hosts of the pools that these services may use, and storage.
    assert found.equipment == found.needed | {"host1", "host2", "san"}


def test_critical_for_another_group_and_at_all():
    dependence = Dependence(E)
    other = dependence.critical("k")
    assert [p.id for p in other.processes] == ["names", "pages"]
    # `web` may use every pool.
    assert other.needed == {"db", "dns", "array", "web", "badge", "switch"}
    assert other.equipment == other.needed | {"host1", "host2", "host3", "san"}
    at_all = dependence.critical()
    assert [p.id for p in at_all.processes] == ["letters", "names", "pages"]
    assert at_all.needed == other.needed | {"mail"}
    assert dependence.critical_in(Scenario("ups", "u", alone="s3")) == other
    assert dependence.critical_in(Scenario("site", "s3")) == at_all


def test_policy_says_from_which_criticality():
    e = E.model_copy(update={"policy": E.policy.model_copy(update={"critical_from": 2})})
    found = Dependence(e).critical()
    assert found.processes == ()
    assert found.needed == {"badge", "switch"}
    e = E.model_copy(update={"policy": E.policy.model_copy(update={"critical_from": 0})})
    assert "wiki" in Dependence(e).critical().needed


def test_level_is_the_largest_of_those_that_depend_on_it():
    dependence = Dependence(E)
    alone, rack = Scenario("site", alone="s1"), Scenario("rack", "r")
    assert dependence.level_permille("mail", alone) == 300
    assert dependence.level_permille("db", alone) == 500
    assert dependence.level_permille("db", Scenario("site", alone="s3")) == 500
    # At all, `pages` counts for what it needs only.
    assert dependence.level_permille("web", Scenario("room", "r")) == 700
    assert dependence.level_permille("mail", rack) == 1000
    # Marked, or needed by what is marked alone: in full.
    assert dependence.level_permille("badge", alone) == 1000
    assert dependence.level_permille("switch", alone) == 1000


def test_emergencies():
    kinds = {kind: is_emergency(Scenario(kind, "x")) for kind in ("rack", "row", "ups", "duct")}
    assert not any(kinds.values())
    assert not is_emergency(Scenario(NORMAL))
    assert all(is_emergency(Scenario(k, "x")) for k in ("room", "fire_compartment", "site"))
    assert is_emergency(Scenario("combination", "x", domains=(Domain("rack", "r"),)))
    assert is_emergency(Scenario("rack", "r", alone="s1"))
