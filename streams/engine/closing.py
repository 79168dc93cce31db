"""How a consumer of aiokafka is made ready to be closed."""

import asyncio
from typing import Any


async def end_fetching(consumer: Any) -> None:
    """Call before ``consumer.stop()``.

    A consumer that stops cancels its requests and waits for each. A request that had not begun, or rested because a
    broker does not answer, then ends as cancelled, and aiokafka (0.14) lets that reach whoever stops the consumer: he
    looks cancelled himself, and connections stay open. So the requests are ended here first, and none is left to it.
    """
    fetcher = consumer._fetcher
    if fetcher is None:
        return
    await _ended(fetcher._fetch_task)  # it makes the requests
    await _ended(*fetcher._pending_tasks)
    fetcher._pending_tasks.clear()


async def _ended(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
