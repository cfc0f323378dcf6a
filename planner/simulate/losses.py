"""What a sweep looks at: single losses, combinations, sites alone, pairs, and domains by name."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from planner.errors import UsageError
from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.scenarios import DOMAIN_KINDS, Scenario, iter_alone, iter_domains

COMBINATION = "combination"

#: What nobody has named is a pair, however many it takes away.
PAIR = "pair"

#: Kinds that a sweep can be limited to.
SWEPT_KINDS = (*DOMAIN_KINDS, COMBINATION)


def single_losses(estate: Estate, kinds: Collection[str] = ()) -> Iterator[Scenario]:
    """Yield the loss of every single domain, of the network too, of these kinds or of all."""
    for domain in iter_domains(estate):
        if not kinds or domain.kind in kinds:
            yield Scenario(domain.kind, domain.id)


def named_combinations(estate: Estate) -> Iterator[Scenario]:
    """Yield the combinations that the estate names."""
    for item in estate.combinations.values():
        yield Scenario(COMBINATION, item.id, domains=item.domains)


def sites_alone(estate: Estate) -> Iterator[Scenario]:
    """Yield each member of a continuity group alone, without any further loss."""
    return (scenario for scenario in iter_alone(estate) if not scenario.lost)


def sites_alone_with_losses(estate: Estate, kinds: Collection[str] = ()) -> Iterator[Scenario]:
    """Yield each member alone, then with every loss that its emergency does not give up."""
    for scenario in iter_alone(estate):
        if not kinds or not scenario.lost or scenario.kind in kinds:
            yield scenario


def pair_of(one: Domain, other: Domain) -> Scenario:
    """Return the loss of two domains at once."""
    return Scenario(PAIR, f"{one.id} and {other.id}", domains=(one, other))


def all_pairs(scenarios: Iterable[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    """Yield every unordered pair of single losses."""
    return combinations(scenarios, 2)


def named(estate: Estate, ids: Sequence[str], *, is_alone: bool = False) -> Scenario:
    """Return the loss of all domains of these ids together.

    Parameters
    ----------
    ids
        Ids of domains or of combinations; `kind:id` where an id alone names several.
    is_alone
        The one site among them stands alone, and what else is named is lost besides.

    Raises
    ------
    UsageError
        When an id names nothing or several things, or when no single member of a continuity group
        is to stand alone.
    """
    found = list(dict.fromkeys(_find(estate, key) for key in ids))
    alone = _take_alone(estate, found) if is_alone else ""
    if not found:
        return Scenario("site", alone=alone)
    if len(found) == 1 and found[0].kind != COMBINATION:
        return Scenario(*found[0], alone=alone)
    domains = tuple(dict.fromkeys(d for item in found for d in _parts(estate, item)))
    if len(found) == 1:
        return Scenario(COMBINATION, found[0].id, alone, domains)
    names = [item.id for item in found]
    return Scenario(PAIR, f"{', '.join(names[:-1])} and {names[-1]}", alone, domains)


def _find(estate: Estate, key: str) -> Domain:
    """Return the one domain or combination that an id names."""
    known = [*iter_domains(estate), *(Domain(COMBINATION, item) for item in estate.combinations)]
    kind, colon, rest = key.partition(":")
    if colon and kind in SWEPT_KINDS:
        fitting = [item for item in known if item == (kind, rest)]
    else:
        fitting = [item for item in known if item.id == key]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        kinds = [f"`{item.kind}:{item.id}`" for item in fitting]
        raise UsageError(
            f"`{key}` names {len(fitting)} failure domains of `{estate.id}`",
            hint=f"name one of {', '.join(kinds)}",
        )
    near = difflib.get_close_matches(key, [item.id for item in known], n=1)
    raise UsageError(
        f"`{key}` is no failure domain of `{estate.id}`",
        hint=f"did you mean `{near[0]}`?"
        if near
        else "`planner fail --top 0` lists those that matter",
    )


def _take_alone(estate: Estate, found: list[Domain]) -> str:
    """Take the one site out of what is named, and return it."""
    sites = [item for item in found if item.kind == "site"]
    members = [site for group in estate.members.values() if len(group) > 1 for site in group]
    if len(sites) != 1 or sites[0].id not in members:
        what = f"`{sites[0].id}` is none" if len(sites) == 1 else f"{len(sites)} sites are named"
        raise UsageError(
            f"one site of a continuity group can stand alone: {what}",
            hint=f"name one of {', '.join(f'`{key}`' for key in members)}" if members else None,
        )
    found.remove(sites[0])
    return sites[0].id


def _parts(estate: Estate, item: Domain) -> tuple[Domain, ...]:
    return estate.combinations[item.id].domains if item.kind == COMBINATION else (item,)
