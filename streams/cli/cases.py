"""``chengxin cases run PATH...``: what the law says should come out, played through the core."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Cases in YAML: given, when, then.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Cases in YAML; the format is explained in tests/cases/README.md."""


@app.command()
def run(
    paths: Annotated[list[Path], typer.Argument(help="Case files, or folders with case files.")],
    law: Annotated[
        Path | None, typer.Option(help="Folder of the law data; without it the one that is installed.")
    ] = None,
) -> None:
    """Run every case; exit 1 if one differs, 2 if a file cannot be understood."""
    from streams.cases.read import CaseFault
    from streams.cases.run import run as run_cases
    from streams.law.faults import LawFault
    from streams.law.loader import load

    try:
        results = run_cases(paths, load(law))
    except (CaseFault, LawFault) as fault:
        typer.echo(f"cases: {fault}", err=True)
        raise typer.Exit(2) from fault
    failed = [result for result in results if result.differences]
    for result in failed:
        typer.echo(f"{result.path}: {result.case.name} ({result.case.cites}; law on {result.case.law_on})")
        for line in result.differences:
            typer.echo(f"    {line}")
    typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)
