"""`python -m dlmcheck.verify.cli`: the command line without its script."""

from dlmcheck.verify.cli import main

if __name__ == "__main__":
    main()
