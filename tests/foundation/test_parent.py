"""A process whose parent was killed ends by itself."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.foundation.parent import end_with_parent

ROOT = Path(__file__).parents[2]
KILLED_PARENT = """
import multiprocessing, os, pathlib, signal, sys, time
from service.foundation.parent import end_with_parent

def child(folder):
    end_with_parent(lambda: ((folder / "ended").touch(), os._exit(0)))
    (folder / "began").touch()
    time.sleep(30)

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    multiprocessing.get_context("fork").Process(target=child, args=(folder,)).start()
    while not (folder / "began").exists():
        time.sleep(0.01)
    time.sleep(float(sys.argv[2]))
    assert not (folder / "ended").exists()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_without_a_parent_of_ours_is_left_alone():
    before = threading.active_count()
    end_with_parent(lambda: pytest.fail("ended"))
    assert threading.active_count() == before


@pytest.mark.process
def test_a_child_learns_that_its_parent_was_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(KILLED_PARENT)
    subprocess.run([sys.executable, script, tmp_path, "0.7"], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    deadline = time.monotonic() + 10
    while not (tmp_path / "ended").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "ended").exists()
