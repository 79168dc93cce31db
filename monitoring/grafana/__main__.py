"""``python -m monitoring.grafana [DIR]``: write every dashboard as JSON."""

import sys
from pathlib import Path

from monitoring.grafana.boards import write
from monitoring.prometheus import DASHBOARDS

if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DASHBOARDS)
