"""`python -m outreach_map` is the command line."""

from outreach_map.cli import main

if __name__ == "__main__":
    main(prog_name="outreach-map")
