"""`planner headroom`: how many more workloads of a kind fit."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from planner.cli.options import (
    Seconds,
    as_of_option,
    complete_ids,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.cli.progress import ProgressLine
    from planner.explain.headroom import Base, Room
    from planner.explain.stranded import Stranded
    from planner.explain.wayout import WaysOut
    from planner.model.estate import Estate
    from planner.model.layout import AsBuilt, Layout
    from planner.model.workload import Workload
    from planner.solve.options import Options

#: Limit of each single plan, ms.
DEFAULT_LIMIT_MS = 15_000


class Question(NamedTuple):
    """One question: how many more of these templates, under a heading."""

    scope: str
    templates: tuple[Workload, ...]


@click.command(name="headroom")
@click.option(
    "--template", "names", multiple=True, required=True, metavar="WORKLOAD|FILE",
    shell_complete=complete_ids("workload"),
    help="A workload of the estate, or a file like a patch that holds new ones. Several are asked"
    " about one by one, then all together.",
)  # fmt: skip
@with_options(estate_options, layout_option, as_of_option)
@click.option("--site", "sites", multiple=True, help="Only at these sites.")
@click.option(
    "--tenant", metavar="ID", help="As workloads of this tenant: its quota and racks count."
)
@click.option(
    "--by", type=click.Choice(["site", "tenant"]), multiple=True,
    help="Also for each site alone, or as each tenant.",
)  # fmt: skip
@click.option(
    "--moves", type=click.IntRange(0), default=0, show_default=True,
    help="So many of the placed instances may move.",
)  # fmt: skip
@click.option(
    "--expand", is_flag=True,
    help="Also the cheapest of the estate's actions that let one more fit.",
)  # fmt: skip
@click.option(
    "--time-limit", "time_limit_ms", type=Seconds(), metavar="DURATION",
    help="For each plan that is tried.  [default: 15s]",
)  # fmt: skip
@format_option
def command(
    names: tuple[str, ...],
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    sites: tuple[str, ...],
    tenant: str | None,
    by: tuple[str, ...],
    moves: int,
    expand: bool,
    time_limit_ms: int | None,
    fmt: str,
) -> int:
    """Say how many more workloads like a template fit, where, and what stops the next one.

    Everything in the layout stands and keeps every rule in every scenario; services may change
    their pool. `n more fit` is a layout that the checker has judged; `no more` is proven, else the
    answer is `at least n, at most m`.
    """
    from planner.cli.context import load_lock, load_target, today
    from planner.explain.headroom import base_of
    from planner.explain.stranded import render_stranded
    from planner.solve.options import Options

    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    base = base_of(target.estate, lock, as_of or today(), moves)
    templates = tuple(w for name in names for w in templates_of(name, target))
    options = Options(time_limit_ms=time_limit_ms or DEFAULT_LIMIT_MS)
    questions = _questions(target, templates, sites, tenant, by)
    answers = _answers(base, questions, options)
    left = [_stranded(base, q, room) for q, room in answers]
    more = [
        _expansion(target, lock, base, q, room, moves, options) if expand else None
        for q, room in answers
    ]
    if fmt == "json":
        print_json(
            "headroom",
            {
                "estate": target.estate.id,
                "as_of": base.as_of.isoformat(),
                "moves": moves,
                "answers": [
                    _room_json(q, room, left[n], more[n]) for n, (q, room) in enumerate(answers)
                ],
            },
        )
    else:
        for n, (question, room) in enumerate(answers):
            say(_render(question, room))
            for line in render_stranded(left[n]):
                say(line)
            if expand:
                say(_render_expansion(target, more[n]))
    return 130 if options.stop_event.is_set() else 0


def templates_of(name: str, target: Target) -> tuple[Workload, ...]:
    """Return the workload of the estate with that id, or those that a file adds.

    Raises
    ------
    UsageError
        When there is neither.
    """
    import difflib

    from planner.io import load_estate

    workloads = target.estate.workloads
    if name in workloads:
        return (workloads[name],)
    if Path(name).is_file():
        patches = (*target.patches, Path(name))
        with_file = load_estate(target.inventory.root, patches, target.inventory.actions)
        new = [w for key, w in with_file.estate.workloads.items() if key not in workloads]
        if new:
            return tuple(new)
        raise UsageError(f"`{name}` adds no workload", hint="give it an id of its own")
    near = difflib.get_close_matches(name, workloads, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "name a workload of the estate, or a file"
    raise UsageError(f"`{name}` is no workload of `{target.estate.id}` and no file", hint=hint)


def _questions(
    target: Target,
    templates: tuple[Workload, ...],
    sites: tuple[str, ...],
    tenant: str | None,
    by: tuple[str, ...],
) -> list[Question]:
    from planner.explain.headroom import at_sites

    estate = target.estate
    for key, known, noun in (
        *((s, estate.sites, "site") for s in sites),
        *(((tenant, estate.tenants, "tenant"),) if tenant is not None else ()),
    ):
        if key not in known:
            raise UsageError(
                f"`{key}` is no {noun} of `{estate.id}`", hint=f"it has {', '.join(known)}"
            )
    if tenant is not None:
        templates = tuple(_owned(t, tenant) for t in templates)
    if sites:
        templates = tuple(at_sites(t, sites) for t in templates)
    bundles = [(t,) for t in templates] + ([templates] if len(templates) > 1 else [])
    found = []
    for bundle in bundles:
        found.append(Question("", bundle))
        if "site" in by:
            found += [
                Question(f"at {site}", tuple(at_sites(t, (site,)) for t in bundle))
                for site in sites or estate.sites
            ]
        if "tenant" in by:
            found += [
                Question(f"of {key}", tuple(_owned(t, key) for t in bundle))
                for key in estate.tenants
            ]
    return found


def _owned(template: Workload, tenant: str) -> Workload:
    return template.model_copy(update={"tenant": tenant})


def _answers(
    base: Base, questions: list[Question], options: Options
) -> list[tuple[Question, Room]]:
    """Answer beside the main thread, which stays free for Ctrl-C: what is answered is kept."""
    from planner.cli.interrupt import run_interruptible
    from planner.cli.progress import ProgressLine
    from planner.explain.headroom import headroom

    with ProgressLine() as line:

        def work() -> list[tuple[Question, Room]]:
            answers = []
            for question in questions:
                if options.stop_event.is_set():
                    break
                on_try = partial(_show_try, line, _name(question))
                answers.append((question, headroom(base, question.templates, options, on_try)))
            return answers

        return run_interruptible(work, options.stop_event, line.note)


def _show_try(line: ProgressLine, name: str, count: int) -> None:
    from planner.solve.progress import Progress

    line.update(Progress(f"{name}: {count} more?", None, None, 0.0, ""))


def _name(question: Question) -> str:
    bundle = " + ".join(f"`{t.id}`" for t in question.templates)
    return f"{bundle} {question.scope}".rstrip()


def _render(question: Question, room: Room) -> str:
    from planner.explain.text import grouped

    if room.is_proven:
        answer = f"{grouped(room.at_least)} more fit, no more (proven)"
    elif room.at_most is None:
        answer = f"at least {grouped(room.at_least)} more fit; no bound in time"
    else:
        answer = f"at least {grouped(room.at_least)} more fit, at most {grouped(room.at_most)}"
    lines = [f"{_name(question)}: {answer}"]
    if room.where:
        lines.append("  where  " + ", ".join(f"{key} {n}" for key, n in room.where.items()))
    if room.why_not:
        lines.append(f"  next   {room.why_not}")
    return "\n".join(lines)


def _stranded(base: Base, question: Question, room: Room) -> tuple[Stranded, ...]:
    """Return what is free in racks that cannot take one more; of one template of devices only."""
    from planner.explain.headroom import next_copies
    from planner.explain.stranded import stranded

    (template, *others) = question.templates
    if others or template.equipment is None:
        return ()
    found = next_copies(base, room, template)
    if found is None or room.layout is None:
        return ()
    copies, instance = found
    return stranded(base.estate, room.layout, base.as_of, copies, instance)


def _expansion(
    target: Target,
    lock: Layout,
    base: Base,
    question: Question,
    room: Room,
    moves: int,
    options: Options,
) -> WaysOut | None:
    """Return the cheapest actions that let one more fit; None where the estate prices none."""
    from planner.explain.headroom import base_of, copies_of
    from planner.explain.wayout import ways_out
    from planner.io import parse_estate

    if not target.estate.actions:
        return None
    done = target.inventory.actions
    parsed = parse_estate(target.inventory.root, target.patches)

    def estate_with(chosen: tuple[str, ...]) -> tuple[Estate, AsBuilt]:
        changed = base_of(parsed.build((*done, *chosen)).estate, lock, base.as_of, moves)
        added: dict[str, Workload] = {}
        for template in question.templates:
            added |= copies_of(template, room.at_least + 1)
        workloads = dict(sorted({**changed.estate.workloads, **added}.items()))
        return changed.estate.model_copy(update={"workloads": workloads}), changed.as_built

    return ways_out(estate_with, base.as_of, options, alternatives=0, done=frozenset(done))


def _render_expansion(target: Target, answer: WaysOut | None) -> str:
    from planner.explain.wayout_text import money

    if answer is None:
        return "  expand no action of the estate has a price; declare some under `actions:`"
    if not answer.ways:
        return "  expand none of the estate's actions was found to help"
    way = answer.ways[0]
    actions = target.estate.actions
    names = ", ".join(f"`{key}` ({actions[key].name})" for key in way.actions)
    proof = "the cheapest" if answer.status.value == "cheapest" else "not proven to be the cheapest"
    return f"  expand {money(way.price.cost_cents)} for one more: {names}; {proof}"


def _room_json(
    question: Question,
    room: Room,
    left: tuple[Stranded, ...],
    more: WaysOut | None,
) -> dict[str, Any]:
    return {
        "templates": [t.id for t in question.templates],
        "scope": question.scope or None,
        "at_least": room.at_least,
        "at_most": room.at_most,
        "proven": room.is_proven,
        "where": dict(room.where),
        "why_not": room.why_not or None,
        "stranded": [
            {
                "site": s.site,
                "rules": list(s.rules),
                "racks": list(s.racks),
                "free_u": s.free_half / 2,
                "free_w": s.free_w,
            }
            for s in left
        ],
        "expand": None
        if more is None or not more.ways
        else {
            "status": more.status.value,
            "actions": list(more.ways[0].actions),
            "cents": more.ways[0].price.cost_cents,
            "days": more.ways[0].price.days,
        },
    }
