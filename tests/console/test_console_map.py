"""The map is the flow's own: every family an agent reads or writes has its arrow, nothing overlaps."""

from itertools import combinations

from console_stand import CATALOGUE

from monitoring.console.layout import lay
from monitoring.console.map import SINK, STORE, draw
from streams import flow
from streams.engine.ports import StepFactory

DRAWN = draw(CATALOGUE)
SHEET = lay(DRAWN)


def test_arrows_are_what_the_agents_read_and_write() -> None:
    def factory(agent: str) -> StepFactory:
        raise AssertionError(agent)

    def read(topics: tuple[str, ...]) -> set[str]:
        return {CATALOGUE.owner_of(topic)[0] for topic in topics}

    steps: dict[str, StepFactory] = {agent.name: lambda _: None for agent in flow.AGENTS}  # type: ignore[return-value]
    wanted = set()
    for spec in flow.specs(CATALOGUE, "", steps.__getitem__):
        wanted |= {(family, spec.name) for family in read(spec.topics)}
    for agent in flow.AGENTS:
        wanted |= {(agent.name, family) for family in agent.writes}
    wanted |= {(name, SINK) for name, one in CATALOGUE.families.items() if SINK in one.readers}
    wanted.add((SINK, STORE))
    assert {(arrow.source, arrow.target) for arrow in DRAWN.arrows} == wanted
    assert len(DRAWN.arrows) == len(wanted)


def test_every_family_is_drawn_or_told_aside() -> None:
    drawn = [node.name for node in DRAWN.nodes if node.kind == "family"]
    assert sorted([*drawn, *DRAWN.aside]) == sorted(CATALOGUE.families)


def test_no_box_lies_on_another_and_all_are_on_the_sheet() -> None:
    for one, other in combinations(SHEET.boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y, (one.node, other.node)
    for box in SHEET.boxes:
        assert box.x >= 0 and box.x + box.width <= SHEET.width and box.y >= 0 and box.y + box.height <= SHEET.height


def test_figures_of_two_arrows_do_not_lie_on_each_other() -> None:
    assert len(SHEET.lines) == len(DRAWN.arrows)
    for one, other in combinations(SHEET.lines, 2):
        assert abs(one.x - other.x) > 60 or abs(one.y - other.y) > 30, (one.arrow, other.arrow)
    for line in SHEET.lines:
        assert not any(
            box.x < line.x < box.x + box.width and box.y < line.y < box.y + box.height for box in SHEET.boxes
        )
