"""What anybody was shown while attempts were made: no command, log or answer names a person who was sent."""

from tests.secure.attempts import scan
from tests.secure.stand import Stand


@scan
def _outputs(stand: Stand) -> list[str]:
    assert stand.persons, "nobody was sent, so nobody could be found"
    return [name for name, said in stand.outputs.items() if any(person in said for person in stand.persons)]
