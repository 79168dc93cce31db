"""Nobody can be read in what came out of the secure stack: its topics, groups, tables, files, logs and answers."""

import re

from schemas.codec import Codec
from sinks.clickhouse.connection import connect
from sinks.portal.pages import menu
from streams.kit import reading
from tests.leaks import leak_outputs as outputs
from tests.leaks.leak_needles import Needles
from tests.secure.attempts import scan
from tests.secure.attempts_portal import door
from tests.secure.stand import Stand

NUMBER = re.compile("[0-9A-Z]{15,18}")  # of a person or a body
ROWS = "rows.xlsx"  # what the stand publishes
# what servers keep is looked at by topic and table; the copy is what the department wrote, once more
NO_OUTPUTS = ("kafka/data/", "clickhouse/data/", "copied.xlsx")


@scan
def in_no_output_but_the_departments_own(stand: Stand) -> list[str]:
    """With the eyes of the two accounts that see everything: what they do not find nobody does."""
    needles = _sent(stand)
    assert len(needles) >= 2, "somebody was reported"
    kafka, prefix = stand.kafka("admin"), stand.settings.prefix
    with connect(stand.addresses.clickhouse, stand.settings.database) as client:
        found = [
            *outputs.topics(kafka, prefix, Codec.load()),
            *outputs.groups(kafka, prefix),
            *outputs.tables(client),
            *outputs.files(stand.folder, besides=NO_OUTPUTS),
            *outputs.commands(stand.outputs),
            *outputs.metrics(stand.children.metrics),
            *outputs.pages(door(stand).url, [one.path for one in menu.PUBLIC]),
        ]
    sent = [one for one in found if one.where.startswith("topic events.")]
    assert any(needles.leaks(one.where, one.data) for one in sent), "the search finds them where they are"
    return [f"{leak.where} ({leak.how}): {leak.what}" for leak in outputs.leaks(found, needles)]


def _sent(stand: Stand) -> Needles:
    """Whom the rows are about and whom the portal was asked about; also for whoever looks after us."""
    numbers = {one: "number asked for" for one in stand.persons if NUMBER.fullmatch(one)}
    names = {one: "name asked for" for one in stand.persons if one not in numbers}
    for sheet in reading.read(stand.folder / ROWS).sheets:
        for row in sheet.rows:
            for heading, cell in row.cells.items():
                if cell and heading.endswith("subject.id_number"):
                    numbers[str(cell)] = f"number of row {row.number}"
                if cell and heading.endswith("subject.name"):
                    names[str(cell)] = f"name of row {row.number}"
    stand.persons = [*numbers, *names]
    return Needles(numbers, names)
