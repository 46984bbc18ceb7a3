"""The benchmarks: every figure is a ratio or a size of one run, printed with its command."""
