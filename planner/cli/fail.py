"""`planner fail`: what happens when something fails, the worst first."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from planner.cli.options import (
    as_of_option,
    complete_ids,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say, talk
from planner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.cli.context import Target
    from planner.cli.counting import CountLine
    from planner.model.scenarios import Scenario
    from planner.simulate.simulator import Simulator

#: Losses that are shown unless told otherwise.
DEFAULT_TOP = 20

EXIT_INTERRUPTED = 130


class Kind(click.ParamType[str]):
    """A kind of failure domain; the kinds are looked up when one is named."""

    name = "kind"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the kind, or fail with those that there are."""
        from planner.simulate.losses import SWEPT_KINDS

        if value not in SWEPT_KINDS:
            self.fail(f"`{value}` is no kind: expected {', '.join(SWEPT_KINDS)}", param, ctx)
        return str(value)


class Asked(NamedTuple):
    """What to show, in which form."""

    target: Target
    simulator: Simulator
    as_of: date
    kinds: tuple[str, ...]
    is_alone: bool
    top: int
    fmt: str

    @property
    def head(self) -> dict[str, Any]:
        """What every document begins with."""
        return {
            "estate": self.target.estate.id,
            "layout": str(self.target.layout_path),
            "as_of": self.as_of.isoformat(),
            "planning_days": [day.span.day.isoformat() for day in self.simulator.days],
        }


@click.command(name="fail")
@with_options(estate_options, layout_option, as_of_option)
@click.option(
    "--kind", "kinds", type=Kind(), multiple=True, metavar="KIND",
    help="Only losses of this kind: ups, rack, room, duct ...; may be repeated.",
)  # fmt: skip
@click.option(
    "--domain", "domains", multiple=True, metavar="ID",
    shell_complete=complete_ids("domain"),
    help="One failure domain in full; several are lost together. `kind:id` where an id has two.",
)  # fmt: skip
@click.option("--pairs", is_flag=True, help="Two losses at once: what they do beyond each alone.")
@click.option(
    "--site-alone", "is_alone", is_flag=True,
    help="Each site alone, with every loss there that is not given up; with --domain SITE in full.",
)  # fmt: skip
@click.option(
    "--top", type=click.IntRange(0), default=DEFAULT_TOP, show_default=True,
    help="So many of the worst; 0 = all.",
)  # fmt: skip
@format_option
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    kinds: tuple[str, ...],
    domains: tuple[str, ...],
    pairs: bool,
    is_alone: bool,
    top: int,
    fmt: str,
) -> int:
    """Say what happens when something fails, the worst first.

    Every power node, cooling unit, rack, row, room, fire compartment, site, duct, network node and
    carrier is lost once, every named combination, and each site of a group stands alone once; each
    is shown on the planning day on which it is worst. Worst: critical processes that stop, then
    processes that stop or are given up, then overloads, then service instances that do not run,
    then equipment that is down, then the id. Exits with 0: it is a question and no gate.
    """
    from planner.cli.context import load_lock, load_target, today
    from planner.explain.text import is_stale
    from planner.io import estate_digest
    from planner.simulate.simulator import Simulator

    if pairs and (domains or is_alone):
        other = "--domain" if domains else "--site-alone"
        raise UsageError(f"--pairs and {other} do not go together", hint="leave one of them out")
    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    if is_stale(lock, estate_digest(target.estate)):
        talk(f"note: `{target.layout_path}` is stale; `{target.command('plan')}` renews it")
    day = as_of or today()
    simulator = Simulator(target.estate, lock, day)
    asked = Asked(target, simulator, day, kinds, is_alone, top, fmt)
    if domains:
        return _one(asked, domains)
    if is_alone:
        return _alone(asked)
    return _pairs(asked) if pairs else _sweep(asked)


def _one(asked: Asked, ids: tuple[str, ...]) -> int:
    """Show one loss in full."""
    from planner.simulate.data import detail_json
    from planner.simulate.detail import detail
    from planner.simulate.detail_text import render_detail
    from planner.simulate.losses import named

    found = detail(asked.simulator, named(asked.target.estate, ids, is_alone=asked.is_alone))
    if asked.fmt == "json":
        print_json("fail", {**asked.head, "loss": detail_json(found)})
    else:
        say(render_detail(found, asked.simulator))
    return 0


def _scenarios(asked: Asked) -> list[Scenario]:
    """Return what is swept."""
    from planner.simulate.losses import (
        COMBINATION,
        named_combinations,
        single_losses,
        sites_alone,
    )

    estate, kinds = asked.target.estate, asked.kinds
    swept = list(single_losses(estate, kinds)) if kinds != (COMBINATION,) else []
    if not kinds or COMBINATION in kinds:
        swept += named_combinations(estate)
    return swept if kinds else [*swept, *sites_alone(estate)]


def _sweep(asked: Asked) -> int:
    """Show the worst of all losses."""
    from planner.simulate.data import effect_json
    from planner.simulate.sweep import sweep
    from planner.simulate.text import render_before, render_sweep

    scenarios = _scenarios(asked)

    def work(line: CountLine) -> Any:  # noqa: ANN401
        return sweep(asked.simulator, scenarios, line.watch)

    found = _watched("losses", work)
    shown = found.effects[: asked.top] if asked.top else found.effects
    before = asked.simulator.before()
    if asked.fmt == "json":
        document = {
            **asked.head,
            "interrupted": found.num_left > 0,
            "num_swept": found.num_swept,
            "num_left": found.num_left,
            "num_with_effect": len(found.effects),
            "without_effect": found.harmless,
            "without_loss": None if before.is_empty else effect_json(before),
            "effects": [effect_json(effect) for effect in shown],
        }
        print_json("fail", document)
    else:
        if not before.is_empty:
            say(f"{render_before(before, asked.as_of)}\n")
        say(render_sweep(found, shown, asked.target.estate.id, asked.as_of))
        if shown:
            talk(f"hint: `{_in_full(asked, shown[0].scenario)}` shows one in full")
    return _end(found.num_left)


def _in_full(asked: Asked, scenario: Scenario) -> str:
    """Return the command that shows a loss in full."""
    from planner.simulate.losses import COMBINATION

    ids = [scenario.lost] if scenario.kind == COMBINATION else [d.id for d in scenario.losses]
    words = [word for key in ids for word in ("--domain", key)]
    if scenario.alone:
        words += ["--domain", scenario.alone, "--site-alone"]
    return asked.target.command("fail", *words, "--as-of", asked.as_of.isoformat())


def _alone(asked: Asked) -> int:
    """Show each site alone, and what further losses there add."""
    from planner.simulate.alone import sweep_alone
    from planner.simulate.data import effect_json, pair_json
    from planner.simulate.losses import sites_alone_with_losses
    from planner.simulate.text import render_alone

    scenarios = list(sites_alone_with_losses(asked.target.estate, asked.kinds))

    def work(line: CountLine) -> Any:  # noqa: ANN401
        return sweep_alone(asked.simulator, scenarios, line.watch)

    found = _watched("losses", work)
    if asked.fmt == "json":
        document = {
            **asked.head,
            "interrupted": found.num_left > 0,
            "num_swept": found.num_swept,
            "num_left": found.num_left,
            "num_with_effect": len(found.further),
            "without_effect": found.harmless,
            "sites_alone": [effect_json(effect) for effect in found.alone],
            "further": [
                pair_json(pair) for pair in found.further[: asked.top or len(found.further)]
            ],
        }
        print_json("fail", document)
    else:
        say(render_alone(found, asked.top, asked.target.estate.id, asked.as_of))
        if found.alone:
            talk(f"hint: `{_in_full(asked, found.alone[0].scenario)}` shows one in full")
    return _end(found.num_left)


def _pairs(asked: Asked) -> int:
    """Show the worst pairs of single losses."""
    from planner.simulate.data import pair_json
    from planner.simulate.losses import single_losses
    from planner.simulate.pairs import PairSweep
    from planner.simulate.text import render_pairs

    def work(line: CountLine) -> Any:  # noqa: ANN401
        singles = single_losses(asked.target.estate, asked.kinds)
        return PairSweep(asked.simulator, singles).run(asked.top, line.watch)

    found = _watched("pairs", work)
    if asked.fmt == "json":
        document = {
            **asked.head,
            "interrupted": found.num_left > 0,
            "num_pairs": found.num_beyond + found.num_alike,
            "num_left": found.num_left,
            "num_beyond": found.num_beyond,
            "pairs": [pair_json(pair) for pair in found.worst],
        }
        print_json("fail", document)
    else:
        say(render_pairs(found, asked.target.estate.id, asked.as_of))
    return _end(found.num_left)


def _watched(noun: str, work: Callable[[CountLine], Any]) -> Any:  # noqa: ANN401
    """Do long work beside the main thread, which stays free for Ctrl-C."""
    from planner.cli.counting import CountLine
    from planner.cli.interrupt import run_interruptible

    stop = threading.Event()
    with CountLine(noun, stop) as line:
        return run_interruptible(lambda: work(line), stop, lambda _: line.note())


def _end(num_left: int) -> int:
    if not num_left:
        return 0
    talk("interrupted: this is what was found so far")
    return EXIT_INTERRUPTED
