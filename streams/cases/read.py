"""Case files into cases. A file that cannot be understood stops the run with its name, the place and the cure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from streams.cases.compare import EXPECTATIONS
from streams.cases.model import Case, CaseFile, CaseSays, Step

_STEPS = (
    "determination",
    "ending",
    "correction",
    "feedback",
    "case",
    "consent",
    "order",
    "ticks_until",
    "tick",
    "again",
)


class CaseFault(Exception):
    """A case file, or a case in it, is malformed."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")


class _Loader(yaml.CSafeLoader):
    """YAML in which a key written twice is a mistake, not an override."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(problem=f"the key {twice!r} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


# As in YAML 1.2 only true and false are truth values: "on" is a word of cases, "no" may be one of lawyers.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first in "tTfF" or tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def find(paths: list[Path]) -> list[Path]:
    """The ``*.yaml`` files named or below the folders named, sorted."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CaseFault(path, "no such file or folder")
        files.extend(sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    if not files:
        raise CaseFault(paths[0] if paths else Path(), "no .yaml file there")
    return files


def read(path: Path) -> tuple[Case, ...]:
    """The cases of one file, checked for everything that can be said without the law."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        written = msgspec.convert(raw, CaseFile).cases
    except yaml.YAMLError as error:
        raise CaseFault(path, f"not readable as YAML: {error}") from error
    except UnicodeDecodeError as error:
        raise CaseFault(path, f"not UTF-8: {error}") from error
    except msgspec.ValidationError as error:
        raise CaseFault(path, f"{error}. The words a case may use stand in tests/cases/README.md") from error
    cases: list[Case] = []
    for number, says in enumerate(written, start=1):
        try:
            days = _days(says)
            for case in days:
                for problem in _problems(case):
                    raise ValueError(problem)
        except ValueError as error:
            raise CaseFault(path, f"case {number} {says.name!r}: {error}") from None
        cases += days
    return tuple(cases)


def _days(says: CaseSays) -> tuple[Case, ...]:
    """One case for each day on which the event is looked at."""
    if says.answers:
        if says.law_on is not msgspec.UNSET or says.then is not msgspec.UNSET:
            raise ValueError("answers: each names its law_on and then; leave out those of the case")
        return tuple(
            Case(f"{says.name} ({one.law_on})", says.cites, one.law_on, says.when, one.then, says.given)
            for one in says.answers
        )
    if says.law_on is msgspec.UNSET or says.then is msgspec.UNSET:
        raise ValueError("say law_on and then, or several of them under answers")
    return (Case(says.name, says.cites, says.law_on, says.when, says.then, says.given),)


def _problems(case: Case) -> Iterator[str]:
    if not case.cites.strip():
        yield "cites: name the article the expectation rests on"
    if not case.then:
        yield "then: say at least one thing that must come out"
    unknown = [word for word in case.then if word not in EXPECTATIONS]
    if unknown:
        yield f"then.{unknown[0]}: not a word of cases; use one of {', '.join(EXPECTATIONS)}"
    day = None
    for number, step in enumerate((*case.given, case.when), start=1):
        where = f"given {number}" if number <= len(case.given) else "when"
        yield from (f"{where}: {problem}" for problem in _step_problems(step))
        on = step.ticks_until or (step.on if step.on is not msgspec.UNSET else day)
        if on is not None and (on > case.law_on or (day is not None and on < day)):
            yield f"{where}: {on} is out of order (steps go forward in time, up to law_on {case.law_on})"
        day = on
    if case.when.ticks_until is not None or case.when.on not in (msgspec.UNSET, case.law_on):
        yield "when: happens on law_on; leave out on and ticks_until"


def _step_problems(step: Step) -> Iterator[str]:
    said = [name for name in _STEPS if getattr(step, name) not in (None, False)]
    if len(said) != 1:
        yield f"say exactly one of {', '.join(_STEPS)}; found {', '.join(said) or 'none'}"
    if step.subject.kind not in ("person", "entity", "name_only"):
        yield f"subject.kind: person, entity or name_only, not {step.subject.kind!r}"
