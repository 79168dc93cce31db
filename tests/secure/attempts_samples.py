"""The samples of docs/samples, as a department runs them: three languages, one login file each."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from streams import registries
from tests.flow.flow_stand import determination
from tests.java_tools import compiled
from tests.node_tools import node
from tests.registry_stand import served
from tests.secure.attempts import ALLOWED, DENIED, Denied, attempt
from tests.secure.stand import Stand
from topics.access import SETTING

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
LINE = json.dumps(determination(0, date(2020, 3, 2)), default=str, ensure_ascii=False) + "\n"
REFUSALS = ("TOPIC_AUTHORIZATION_FAILED", "Topic authorization failed", "TopicAuthorization")


def sample(stand: Stand, account: str, name: str, channel: str, said: str = "") -> None:
    """Run a sample. Raises Denied where a broker's refusal ends it."""
    with served(registries.ours(stand.settings)) as url, tempfile.TemporaryDirectory() as folder:
        java = name.endswith(".java")
        login = stand.login(account)
        environment = {
            "KAFKA_BOOTSTRAP": stand.addresses.kafka,
            "SCHEMA_REGISTRY_URL": url,
            "CHENGXIN_KIT": str(SAMPLES.parents[1]),
            SETTING: str(login.with_suffix(".properties") if java else login),
        }
        if name.endswith(".mjs"):
            done = node(SAMPLES / name, channel, **environment)
        else:
            command = compiled(SAMPLES / name, Path(folder)) if java else [sys.executable, str(SAMPLES / name)]
            done = subprocess.run(
                [*command, channel], input=said, env={**os.environ, **environment}, capture_output=True, text=True,
                timeout=180, check=False,
            )  # fmt: skip
    stand.outputs[f"{account}: {name} {channel}"] = done.stdout + done.stderr
    if done.returncode:
        if refusal := [one for one in REFUSALS if one in done.stderr]:
            raise Denied(refusal[0])
        raise AssertionError(done.stderr[-1_000:])
    assert not said or done.stdout.count(f"events.{channel}:") == 1, done.stdout


for _name in ("consumer.py", "Consumer.java", "consumer.mjs"):

    @attempt("channel.railway", f"docs/samples/{_name} railway", ALLOWED)
    def _(stand: Stand, name: str = _name) -> None:
        sample(stand, "channel.railway", name, "railway")


for _name in ("producer.py", "producer_confluent.py", "Producer.java"):

    @attempt("channel.court", f"docs/samples/{_name} court", ALLOWED)
    def _(stand: Stand, name: str = _name) -> None:
        sample(stand, "channel.court", name, "court", LINE)

    @attempt("channel.tax", f"docs/samples/{_name} court", DENIED)
    def _(stand: Stand, name: str = _name) -> None:
        sample(stand, "channel.tax", name, "court", LINE)
