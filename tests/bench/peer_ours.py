"""This pipeline as it runs in production: one worker process with both agents, all topics, default settings."""

import sys
from pathlib import Path

from bench_job import Config

from streams import app
from streams.settings import Settings


def main() -> None:
    config = Config.of_this_process()
    folder = Path(config.folder)
    settings = Settings(data_dir=folder, kafka_bootstrap=config.bootstrap)
    assert settings.keys_dir == Path(config.keys), "all contestants use one keyring"
    app.run(settings, config.bootstrap)


if __name__ == "__main__":
    sys.exit(main())
