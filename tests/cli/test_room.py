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
