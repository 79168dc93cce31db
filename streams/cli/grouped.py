"""Help by what one wants to do: the commands of ``chengxin`` under headings, each with its first sentence whole."""

from typing import Any

from typer.core import TyperGroup


class Grouped(TyperGroup):
    """A group that shows its commands under their ``rich_help_panel``, in the order in which these first come. Plain
    text on a terminal and off it."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the sections to Typer's formatter."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            if not command.hidden:
                row = (name, command.get_short_help_str(limit=400))
                sections.setdefault(str(getattr(command, "rich_help_panel", None) or "Commands"), []).append(row)
        widest = max(len(name) for rows in sections.values() for name, _ in rows)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), said) for name, said in rows])
