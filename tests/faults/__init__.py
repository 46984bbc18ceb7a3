"""Everything that can go wrong at night: played against real workers, and counted.

    python -m tests.faults [--readers 300] [--seed 1] [--database sqlite] [scenario ...]

Worker processes, databases, sockets, encryption and kills are real. Only time is not: all share one
clock, which leaps over every wait, so that hours of retries take seconds.
"""
