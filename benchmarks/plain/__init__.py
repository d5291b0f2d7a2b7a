"""The same job as it is usually written: a yardstick, and no part of the program."""
