"""Where the command ``chengxin`` begins: an interrupt ends it quietly, even while modules are loaded."""


def main() -> None:
    """Run the command line; Ctrl-C at any moment gives exit code 130 and no traceback."""
    try:
        from streams.cli.main import main as command

        command()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
