"""`python -m scripts.demo`, which `make demo` calls."""

from scripts.demo.story import main

main()
