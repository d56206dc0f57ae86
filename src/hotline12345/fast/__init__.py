"""What the ``fast`` extra speeds up (加速): native matchers and bulk work, with the same answers as core.

numpy and automata live here and never in core; core takes them by injection.  Nothing is imported
before it is asked for.
"""
