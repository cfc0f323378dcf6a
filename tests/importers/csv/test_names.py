"""Ids, spellings, ranges, models and roles."""

import pytest

from planner.importers.csv.ids import Names, as_ranges, make_id, natural, slug, spelling
from planner.importers.csv.models import Catalogue
from planner.importers.csv.roles import (
    airflow,
    device_state,
    power_kind,
    rack_state,
    role_of,
    role_of_model,
)
from planner.io.ranges import expand


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("srv-01", "srv-01"),
        ("Bürgerbüro Ärzte", "Buergerbuero-Aerzte"),
        ("S-01 [alt], links", "S-01-alt-links"),
        ("  -x- ", "x"),
        ("A/1", "A-1"),
        ("???", ""),
    ],
)
def test_ids(text, key):
    assert make_id(text) == key


def test_slugs_are_small():
    assert slug("Stadt Münster") == "stadt-muenster"


def test_spellings_of_one_name():
    spellings = {spelling(t) for t in ("S-01", "s 1", "S01", "Schrank S-01", "RACK s.1")}
    assert spellings == {("s", "1")}
    assert spelling("S-10") != spelling("S-1")


def test_names_are_found_where_only_one_can_be_meant():
    names = Names()
    names.add("S-01", "one")
    names.add("S-02", "two")
    names.add("S-2", "another")
    assert names.find("S-01") == ("one", True)
    assert names.find("s1") == ("one", False)
    assert names.find("S-02") == ("two", True)
    assert names.find("s2") is None
    assert names.find("S-03") is None


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        (["R-01", "R-02", "R-03"], ["R-[01-03]"]),
        (["R-01", "R-03", "R-04"], ["R-[01,03-04]"]),
        (["R-9", "R-10"], ["R-[9,10]"]),
        (["a1", "a2", "b1"], ["a[1-2]", "b1"]),
        (["Nord", "Süd1"], ["Nord", "Süd1"]),
        (["S01A", "S02A"], ["S[01-02]A"]),
    ],
)
def test_ranges_stand_for_the_same_ids(ids, texts):
    assert as_ranges(ids) == texts
    assert sorted(x for text in texts for x in expand(text)) == sorted(ids)


def test_long_ranges_are_parted():
    ids = [f"R-{n}" for n in range(1, 400, 2)]
    texts = as_ranges(ids)
    assert len(texts) > 1
    assert max(map(len, texts)) <= 200
    assert sorted(x for text in texts for x in expand(text)) == sorted(ids)


def test_natural_order():
    assert sorted(["r10", "r2", "r1"], key=natural) == ["r1", "r2", "r10"]


CATALOGUE = Catalogue({}, 88)


@pytest.mark.parametrize(
    ("maker", "model", "slug", "percent"),
    [
        ("Dell", "PowerEdge R640", "dell-poweredge-r640", 100),
        ("DELL EMC", "Poweredge R 640", "dell-poweredge-r640", 100),
        ("", "Dell PowerEdge R640", "dell-poweredge-r640", 100),
        ("HP", "ProLiant DL360 Gen 10", "hpe-proliant-dl360-gen10", 100),
        ("Hewlett Packard Enterprise", "DL360 G10", "hpe-proliant-dl360-gen10", 98),
        ("Cisco Systems", "C9300-48P", "cisco-c9300-48p", 100),
        ("Dell", "R640", "dell-poweredge-r640", 98),  # the product line is left out: said
        # One letter of 14 in the wrong place: 2 * 13 of 2 * 14 letters agree, 92 %.
        ("Dell", "PowerEgde R640", "dell-poweredge-r640", 92),
    ],
)
def test_models_of_the_catalogue(maker, model, slug, percent):
    best = CATALOGUE.matches(maker, model)[0]
    assert (best.slug, best.percent) == (slug, percent)


@pytest.mark.parametrize(
    ("maker", "model"),
    [
        ("Dell", "PowerEdge R649"),  # a digit more or less is another device
        ("Dell", "PowerEdge R64O"),
        ("HPE", "PowerEdge R640"),  # another maker
        ("Acme", "Box 9"),
        ("", ""),
    ],
)
def test_what_is_not_in_the_catalogue(maker, model):
    assert not [m for m in CATALOGUE.matches(maker, model) if CATALOGUE.is_near(m)]


def test_a_model_that_is_nearly_in_the_catalogue_is_suggested_only():
    assert CATALOGUE.nearest("Dell", "PowerEdge R64O") == "dell-poweredge-r640"


def test_a_name_for_a_model_of_the_mapping_file():
    catalogue = Catalogue({"Fileserver alt": "dell-poweredge-r740"}, 88)
    assert catalogue.slug_named("fileserver  ALT") == "dell-poweredge-r740"
    assert catalogue.slug_named("Fileserver neu") is None


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Server", "server"),
        ("Backup-Server", "backup"),
        ("Core-Switch", "switch"),
        ("SAN-Switch", "switch"),
        ("Patchfeld", "patch-panel"),
        ("LWL-Panel", "patch-panel"),
        ("Steckdosenleiste", "pdu"),
        ("USV", "ups"),
        ("Firewall Cluster", "firewall"),
        ("Etagenverteiler", None),
    ],
)
def test_roles(text, role):
    assert role_of(text) == role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("PowerEdge R640", "server"),
        ("Catalyst 9300-48P", "switch"),
        ("FortiGate 100F", "firewall"),
        ("Core-Switch XY", "switch"),
        ("Box 9", None),
    ],
)
def test_roles_of_models(text, role):
    assert role_of_model(text) == role


def test_words_for_states():
    states = [device_state(t) for t in ("in Betrieb", "geplant", "Ausgemustert", "Lager", "hm")]
    assert states == ["standing", "planned", "gone", "gone", None]
    assert [rack_state(t) for t in ("frei", "Reserviert", "hm")] == ["available", "reserved", None]
    assert [power_kind(t) for t in ("USV", "UV", "NEA", "Trafo")] == [
        "ups", "panel", "generator", "transformer",
    ]  # fmt: skip
    assert airflow("vorne nach hinten") == "front-to-rear"
