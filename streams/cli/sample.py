"""``chengxin sample``: write the sample to files, with the expected fate of every record beside them."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from schemas.codec import Codec
from streams.law.loader import load
from streams.sample import LEAST, Sample, build
from streams.sample.files import EXPECTED, MESSAGES, write
from topics.catalogue import Catalogue

app = typer.Typer(help="生成测试样本 / write the synthetic sample as files")


@app.callback(invoke_without_command=True)
def sample(
    out: Annotated[Path, typer.Option("--out", help="输出目录 / folder to write, without a sample in it yet")],
    seed: Annotated[int, typer.Option("--seed", help="随机种子 / equal seeds give equal bytes")] = 1,
    records: Annotated[int, typer.Option("--records", min=LEAST, help="记录数 / how many records")] = 20_000,
) -> None:
    """Write messages per publication day and the side file of expected outcomes. Exit 2 where OUT holds a sample."""
    made = build(seed, records, Codec.load(), load(), Catalogue.load())
    try:
        write(made, out)
    except FileExistsError:
        cure = "choose another folder or remove it"
        typer.echo(f"目录中已有样本 / {out / MESSAGES} exists already: {cure}", err=True)
        raise typer.Exit(2) from None
    typer.echo(_summary(made, out))


def _summary(made: Sample, out: Path) -> str:
    outcomes = Counter(record.expected.value for day in made.days for record in day.records)
    lines = [f"{outcomes.total()} 条 / records, {len(made.days)} 天 / days -> {out / MESSAGES}, {out / EXPECTED}"]
    lines += [f"  {outcome:<17}{count:>7}" for outcome, count in sorted(outcomes.items())]
    return "\n".join(lines)
