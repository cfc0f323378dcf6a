"""`headroom` and `where` on the starter estate."""

from tests.cli.conftest import DAY

NEW = """\
workloads:
  - {id: guest/db, tenant: neighbour, type: town-storage-shelf, draw: {budget_w: 400}}
"""


def test_headroom_of_a_workload_and_of_a_file(planner, planned):
    (planned / "new.yaml").write_text(NEW, encoding="utf-8")
    ran = planner("headroom", "--template", "new.yaml", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out.startswith("`guest/db`: ")
    assert "more fit, no more (proven)\n  where  hall-" in ran.out
    found = planner(
        "headroom", "--template", "neighbour/backup", "--by", "site", "--as-of", DAY,
        "--format", "json",
    ).json  # fmt: skip
    first, at_site = found["answers"]
    assert first["proven"]
    assert first["at_least"] == first["at_most"] == at_site["at_least"] > 0
    assert at_site["scope"] == "at main"
    assert sum(first["where"].values()) == first["at_least"]


def test_headroom_of_what_is_not_there(planner, planned):
    ran = planner("headroom", "--template", "town/vmhost", "--as-of", DAY)
    assert ran.code == 2
    assert "did you mean `town/vm-host`?" in ran.err
    ran = planner("headroom", "--template", "town/vm-host", "--site", "mars", "--as-of", DAY)
    assert ran.code == 2
    assert ran.err == "error[usage]: `mars` is no site of `first`\n\nhint: it has main\n"


def test_where_of_a_file(planner, planned):
    (planned / "new.yaml").write_text(NEW, encoding="utf-8")
    ran = planner("where", "new.yaml", "--as-of", DAY, "--top", "2")
    assert ran.code == 0
    assert ran.out.startswith("6 racks of 6 can take `guest/db`; the best:\n  hall-")
    assert ran.out.count("stay free") == 2
    found = planner("where", "new.yaml", "--as-of", DAY, "--format", "json").json
    assert found["num_open"] == 6
    assert found["best"][0]["opens_rack"] is False


def test_where_of_a_workload_that_is_placed_means_another_like_it(planner, planned):
    ran = planner("where", "neighbour/backup", "--as-of", DAY)
    assert ran.out.startswith("3 racks of 6 can take `neighbour/backup+1`; ")


ACTIONS = """\
actions:
  - id: cooler
    name: A third cooling unit in hall 1
    eur: 9000
    days: 60
    patch:
      cooling:
        units:
          - {id: cooler-1c, site: main, zone: zone-1, room: hall-1, kw: 12, draw_w: 3000,
             cords: [mech-a, mech-b], restart_s: 60}
  - {id: panels, name: Blanking panels, eur: 500, days: 5,
     patch: {rack_types: [{id: rack-42u, max_power_w: 9000}]}}
"""


def test_what_is_stranded_and_what_lets_one_more_fit(planner, planned):
    (planned / "inventory/first/actions.yaml").write_text(ACTIONS, encoding="utf-8")
    words = ("headroom", "--template", "neighbour/backup", "--expand", "--as-of", DAY)
    ran = planner(*words)
    assert ran.code == 0
    # Hall 2 may not host it, whatever is free there; hall 1 is full of heat. Panels do not help.
    closed = "in 3 racks that tenancy.places, tenancy.protection closes\n"
    assert closed in ran.out
    assert "\n  stranded at main: " in ran.out
    assert ran.out.endswith(
        "  expand 9000 EUR for one more: `cooler` (A third cooling unit in hall 1); the cheapest\n"
    )
    (answer,) = planner(*words, "--format", "json").json["answers"]
    assert answer["expand"] == {
        "status": "cheapest", "actions": ["cooler"], "cents": 900_000, "days": 60,
    }  # fmt: skip
    assert {rule for s in answer["stranded"] for rule in s["rules"]} == {
        "tenancy.places", "tenancy.protection", "cooling.zone", "cooling.rack",
    }  # fmt: skip


def test_expand_without_priced_actions(planner, planned):
    ran = planner("headroom", "--template", "neighbour/backup", "--expand", "--as-of", DAY)
    assert ran.out.endswith(
        "  expand no action of the estate has a price; declare some under `actions:`\n"
    )
