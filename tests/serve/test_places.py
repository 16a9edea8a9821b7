"""Places: who waits, who is refused, and what a cancelled photograph keeps."""

import asyncio
import threading

import pytest

from dbdgan_tf.serve.places import Busy, Places


def test_what_waits_never_begins_and_what_has_begun_keeps_its_place():
    warmed, begun, go, done = [], threading.Event(), threading.Event(), []

    def work(name):
        begun.set()
        go.wait(10)
        done.append(name)

    async def scenario():
        places = Places(1, 1, lambda: warmed.append(threading.get_ident()))

        async def request(name):
            with places.take():
                await places.run(work, name)

        first, second = asyncio.create_task(request("first")), asyncio.create_task(request("second"))
        await asyncio.to_thread(begun.wait, 10)
        with pytest.raises(Busy), places.take():
            pass
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert places.taken == 1
        go.set()
        while places.taken:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(scenario(), 10))
    assert done == ["first"] and len(warmed) == 1
