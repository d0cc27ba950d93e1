"""What processes spend of the machine: processor time and memory, as the system counts them."""

from pathlib import Path

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it has started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and all that it has started have taken so far, those that ended too."""
    return sum(_cpu_seconds(process) for process in family(pid))


def busiest(pid: int) -> psutil.Process:
    """Of a server's processes, the one that has worked most: where only readers have come, a reading worker."""
    return max(family(pid), key=_cpu_seconds)


def memory_of(process: psutil.Process) -> tuple[int, int]:
    """A process's memory in octets: resident, and of that what it alone has written.

    The rest it shares with the process that started it, or maps from files. The machine holds those pages once, whoever
    has them, and gives up those of files when it needs the room.
    """
    told = {}
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, octets, _unit = line.split()
        told[name] = int(octets) * 1024
    return told["Rss:"], told["Private_Dirty:"]


def clients_of(pid: int, port: int) -> dict[int, list[int]]:
    """Which clients' connections to this port each of a server's processes holds, by the clients' own ports."""
    found: dict[int, list[int]] = {}
    for process in family(pid):
        for held in process.net_connections():
            if held.status == psutil.CONN_ESTABLISHED and held.laddr.port == port:
                found.setdefault(process.pid, []).append(held.raddr.port)
    return found


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # it ended while we looked
    return float(times.user + times.system + times.children_user + times.children_system)
