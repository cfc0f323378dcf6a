"""Services on the command line: `show`, `explain`, `check`, `plan`."""

import pytest

from tests.cli.conftest import DAY

WORKLOADS = "inventory/first/workloads/town.yaml"
LOCK = "layouts/first.lock.yaml"

POOLS = """pools:
  - {id: hosts, site: main, hosts: [town/vm-host], vcpu: 32, ram_gib: 128, storage_gib: 1000, hosts_spare: 1}
  - {id: shelf, site: main, hosts: [town/storage], vcpu: 4, ram_gib: 8}
workloads:
  - {id: town/mail, kind: service, count: 2, service: {vcpu: 8, ram_gib: 16, pools: [hosts]}}
"""  # noqa: E501


@pytest.fixture(scope="module")
def with_services(tmp_path_factory, planned_once):
    """The starter estate with two pools and a service, planned."""
    import shutil

    from planner.cli.app import run

    folder = tmp_path_factory.mktemp("services") / "copy"
    shutil.copytree(planned_once, folder)
    path = folder / WORKLOADS
    text = path.read_text(encoding="utf-8").replace("workloads:\n", POOLS)
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["plan", "--reproducible", "--as-of", DAY]) == 0
    return folder


@pytest.fixture
def here(with_services, monkeypatch):
    """The working directory is the planned estate with services; nothing may be written."""
    monkeypatch.chdir(with_services)
    return with_services


def test_show_lists_pools_after_racks(planner, here):
    lines = planner("show", "--as-of", DAY).out.splitlines()
    at = lines.index("")
    # Five of six hosts count: 5 x 32 vCPU, 5 x 128 GiB, 5 x 1000 GiB.
    assert lines[at + 1 :] == [
        "pool   site  hosts       services  in use",
        "hosts  main  6, 1 spare  2         vCPU 16 of 160; RAM 32 of 640 GiB; "
        "storage 0 of 5000 GiB",
        "shelf  main  2           0         vCPU 0 of 8; RAM 0 of 16 GiB",
    ]


def test_show_one_pool(planner, here):
    assert planner("show", "hosts", "--as-of", DAY).out == (
        "pool hosts at main: 6 hosts, 1 of them spare\n"
        "  hosts    town/vm-host-[1-6]\n"
        "  vCPU     16 of 160\n"
        "  RAM      32 of 640 GiB\n"
        "  storage  0 of 5000 GiB\n"
        "  runs, each\n"
        "    town/mail-[1,2]  8 vCPU, 16 GiB RAM\n"
    )


def test_show_racks_and_pools_together(planner, here):
    ran = planner("show", "hall-1-a01", "shelf", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out.index("hall-1-a01") < ran.out.index("pool shelf at main: 2 hosts\n")
    # A site is all its racks and pools.
    assert "pool hosts at main" in planner("show", "main", "--as-of", DAY).out


def test_show_as_json(planner, here):
    found = planner("show", "hosts", "--as-of", DAY, "--format", "json").json
    assert found["racks"] == []
    (pool,) = found["pools"]
    assert pool["resources"][0] == {
        "resource": "vcpu", "unit": "vcpu/1000", "used": 16_000, "capacity": 160_000,
    }  # fmt: skip


def test_no_service_stands(planner, here):
    assert "pool" not in planner("show", "--as-built", "--as-of", DAY).out
    ran = planner("show", "hosts", "--as-built")
    assert (ran.code, ran.err) == (
        2, "error[usage]: no service stands on `hosts`\n\nhint: leave --as-built out\n",
    )  # fmt: skip


def test_explain_a_service(planner, here):
    ran = planner("explain", "town/mail", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out.startswith(
        "`town/mail-1`: 8 vCPU, 16 GiB RAM, single; tenant town; one of 2 alike\n"
        "runs on hosts\n"
        "\n"
        "1 pool can take it:\n"
        "  hosts  (where it is)\n"
        "\n"
        "1 pool cannot: shelf\n"
        "  compute.place  required 1 pools, available 0 pools\n"
        "                 1 pool of `town/mail-1` is wrong or missing: it may not use pool "
        "`shelf`, only `hosts`\n"
    )


def test_explain_a_service_as_json(planner, here):
    found = planner("explain", "town/mail-2", "--as-of", DAY, "--format", "json").json
    assert (found["kind"], found["instance"], found["num_pools"]) == ("explain", "town/mail-2", 2)
    assert [pool["holds"] for pool in found["pools"]] == [True, False]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--as-built",), "no service stands", "leave --as-built out"),
        (
            ("--on", "hall-1-a01"),
            "`town/mail-1` runs on a pool, in no rack",
            "leave --on out",
        ),
    ],
)
def test_explain_a_service_beside_racks_is_refused(planner, here, words, message, hint):
    ran = planner("explain", "town/mail", *words)
    assert ran.code == 2
    assert ran.err.endswith(f"error[usage]: {message}\n\nhint: {hint}\n")


TWO_SITES = """site: {id: other, name: Other, continuity_group: pair}
continuity_groups:
  - {id: pair, emergency: {hours: 24, gives_up: [rack, row, room, fire_compartment]}}
"""


def test_check_says_what_a_site_alone_carries(planner, planned, edit):
    edit(
        planned / "inventory/first/sites/main.yaml",
        "lat: 51.96",
        "continuity_group: pair, lat: 51.96",
    )
    (planned / "inventory/first/sites/other.yaml").write_text(TWO_SITES, encoding="utf-8")
    edit(planned / WORKLOADS, "    count: 6\n", "    count: 6\n    critical: true\n    needed: 3\n")
    # Hosts 6 x 550 W and the storage they use 2 x 400 W, all on one UPS of 20 000 VA when the other
    # is lost: 20 000 / (4100 W / 0.95) = 4.634.
    words = "main alone: 463.4 % of what is critical, bound by power of ups-b\n"
    assert words in planner("check", "--as-of", DAY).out


def test_shares_are_in_the_document(planner, here):
    assert planner("check", "--as-of", DAY, "--format", "json").json["shares"] == []
