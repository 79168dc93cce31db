"""The report as a table: one line per invariant, with the first difference in full below it."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitoring.auditor.findings import AuditReport, Invariant


def show(report: AuditReport, console: Console) -> None:
    """Print the table, then ``match`` or the number of differences."""
    table = Table(title="Audit 审计")
    table.add_column("invariant")
    table.add_column("checked", justify="right")
    table.add_column("result")
    for invariant in Invariant:
        wrong = report.failed.get(invariant, 0)
        result = "[green]OK[/]" if not wrong else f"[red]{wrong} wrong[/]"
        table.add_row(invariant.value, f"{report.checked.get(invariant, 0):,}", result)
    console.print(table)
    for invariant in Invariant:
        first = report.first(invariant)
        if first is not None:
            console.print(f"[red]{escape(invariant.value)}[/]: first at {escape(first.where)}")
            console.print(f"    seen     {escape(first.seen)}\n    expected {escape(first.expected)}", soft_wrap=True)
    console.print("match" if report.match else f"{sum(report.failed.values())} differences", style="bold")
