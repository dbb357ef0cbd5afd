"""Every table of models in the loop, one after the other: `python -m benchmarks.assist`."""

from benchmarks.assist import clicks, throughput


def main() -> None:
    throughput.main()
    clicks.main()


if __name__ == "__main__":
    main()
