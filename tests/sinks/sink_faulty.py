"""``python sink_faulty.py FAULT[,FAULT]``: the real sink with a fault built in.

``slow`` widens the gaps between the steps, so that random kills hit them. ``sleeper`` stops its own process
(SIGSTOP) between plan and insert of its fifth block: a zombie at the worst moment. ``lost-ack`` loses the answer to
every third insert. ``hollow`` is a disk that is full for the fifth: it is acknowledged, nothing of it is stored, and
what is asked next fails. The others take a part of the guarantee away, for the tests of the tests: ``no-token``,
``no-plan``, ``no-doubt``.
"""

import itertools
import os
import signal
import sys
import time
import uuid

from sinks.clickhouse import storing, writer
from sinks.clickhouse.__main__ import main
from sinks.clickhouse.plan import GoOn

faults = frozenset(sys.argv[1].split(","))
insert, record = writer.Database.insert, writer.Database.record
calls = itertools.count(1)
full = []  # disks


def faulty_insert(self, block, token):
    call = next(calls)
    if "slow" in faults:
        time.sleep(0.03)
    if "sleeper" in faults and call == 5:
        print("asleep", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.01)  # stopping takes effect between two instructions, not within one
    if "no-token" in faults:
        token = uuid.uuid4().hex
    if "hollow" in faults and call == 5:
        full.append("disk")
        return
    refuse_when_full()
    insert(self, block, token)
    if "slow" in faults:
        time.sleep(0.03)
    if "lost-ack" in faults and call % 3 == 0:
        raise OSError("the answer to an insert was lost")


def faulty_record(self, positions):
    if "slow" in faults:
        time.sleep(0.03)
    refuse_when_full()
    record(self, positions)


def refuse_when_full():
    if full:
        full.pop()
        raise OSError("no space left on device")


async def believing(self, block):
    return True


writer.Database.insert = faulty_insert
writer.Database.record = faulty_record
if "no-plan" in faults:
    storing.plan = lambda committed, block, held, log: GoOn(log.first if committed is None else committed)
if "no-doubt" in faults:
    storing.Storing._arrived = believing
main()
