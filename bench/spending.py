"""What processes spend of the machine: processor time and memory, as the system counts them."""

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it has started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and all that it has started have taken so far."""
    seconds = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it ended while we looked
        seconds += times.user + times.system
    return seconds


def worker_octets(pid: int) -> tuple[int, int]:
    """The memory of a server's one worker: resident, and of that its own.

    A database file that each of eight connections maps is resident eight times over, though the machine
    holds its pages once, and gives them up when it needs the room.
    """
    memory = max((process.memory_full_info() for process in family(pid)), key=lambda told: told.uss)
    return memory.rss, memory.uss
