"""Rooms that services run in: those of the hosts of their pools."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ortools.sat.python import cp_model

from planner.model.space import Room
from planner.problem.services import ServiceGroup
from planner.solve.model import Expr, Model
from planner.solve.rows import Key
from planner.solve.services import ServiceOption


def limit_rooms(
    model: Model,
    rule: str,
    unit: str,
    amount: Callable[[ServiceGroup, Room], int],
    pools: Callable[[ServiceOption], Iterable[str]],
) -> None:
    """Keep services off pools with a host in a room that breaks a rule.

    `amount <= slack`, per instance and room in which a host of one of the option's `pools` stands.
    """
    services = model.candidates.services
    rooms = model.problem.estate.rooms
    for group in model.problem.service_groups:
        by_pool: dict[str, list[int]] = {}
        for option in services.of_group[group.index]:
            for pool in pools(option):
                by_pool.setdefault(pool, []).append(option.index)
        for pool, options in by_pool.items():
            for room, hosts in _hosts_by_room(model, pool).items():
                broken = amount(group, rooms[room])
                if broken > 0:
                    slack = model.slack(Key(rule, group.instances[0], unit))
                    _add_limit(model, options, hosts, broken, slack)


def _hosts_by_room(model: Model, pool: str) -> dict[str, frozenset[int]]:
    """Return room -> options of a pool's hosts in it."""
    racks, options = model.problem.estate.racks, model.candidates.options
    found: dict[str, set[int]] = {}
    for host in model.hosting.pools.hosts[pool]:
        found.setdefault(racks[options[host].rack].room, set()).add(host)
    return {room: frozenset(found[room]) for room in sorted(found)}


def _add_limit(
    model: Model, options: list[int], hosts: frozenset[int], broken: int, slack: Expr
) -> None:
    """Add `broken <= slack` where the service options and the hosts are both in use."""
    runs, stands = model.any_service(tuple(options)), model.any_of(hosts)
    model.cp.add(
        cp_model.LinearExpr.weighted_sum([runs, stands], [broken, broken])
        <= cp_model.LinearExpr.sum([slack, broken])
    )
