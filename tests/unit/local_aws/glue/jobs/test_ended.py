import threading
import time

from local_aws.glue.jobs.ended import EndedRuns
from local_aws.glue.jobs.interface import JobRunEnded

RUN = JobRunEnded("job", "jr_1", "jr_1", "SUCCEEDED", None, None, None, None)


def test_an_end_wakes_all_who_wait() -> None:
    runs = EndedRuns()
    waiting = [threading.Thread(target=runs.wait, args=(600,)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    while any(thread.is_alive() for thread in waiting):
        runs.tell(RUN)
        time.sleep(0.01)


def test_without_an_end_the_wait_is_over_in_its_time() -> None:
    EndedRuns().wait(0.01)
